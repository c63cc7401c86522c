import { expect, test } from "vitest";
import { figure } from "./numbers";

test.each([
  [null, "—"],
  [undefined, "—"],
  [0, "0"],
  [1234.567, "1,234.57"],
  [0.004, "0"],
])("the figure %s is written %s", (value, written) => {
  expect(figure(value)).toBe(written);
});
