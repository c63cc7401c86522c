import { expect, test } from "vitest";
import { amount } from "./amounts";
import { unitName } from "./units";

test.each([
  ["mu", "zh", "亩"],
  ["mu", "en", "mu"],
  ["CNY/(m2·month)", "zh", "元/平方米·月"],
  ["parsec", "zh", "parsec"],
])("the unit %s in %s is %s", (unit, language, name) => {
  expect(unitName(unit, language)).toBe(name);
});

test("a figure carries its unit, a word none, and nothing is a dash", () => {
  expect(amount(60, "mu", "zh")).toBe("60 亩");
  expect(amount("C2110", "", "zh")).toBe("C2110");
  expect(amount(0.5, "", "en")).toBe("0.5");
  expect(amount(null, "mu", "zh")).toBe("—");
});

test("a band stands in place of the figure that it hides", () => {
  expect(amount(null, "mu", "en", { low: 50, high: 100 })).toBe("50–100 mu");
});
