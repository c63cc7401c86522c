import { expect, test } from "vitest";
import { figure, points } from "./numbers";

test.each([
  [null, "—"],
  [undefined, "—"],
  [0, "0"],
  [1234.567, "1,234.57"],
  [0.004, "0"],
])("the figure %s is written %s", (value, written) => {
  expect(figure(value)).toBe(written);
});

test("points always have one digit", () => {
  expect([0.75, 0.8315, 0].map(points)).toEqual(["75.0", "83.2", "0.0"]);
});
