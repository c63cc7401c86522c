import { expect, test } from "vitest";
import type { Indicator } from "./risks";
import { growth, ofYear, yearsOf } from "./years";

const year = (number: number, done: number) => ({ year: number, done, done_by_same_day: done, points: null, target: null, unit: "" });
const one = (years: ReturnType<typeof year>[]) => ({ other_years: years }) as unknown as Indicator;

test("the years of all indicators stand once, newest first", () => {
  expect(yearsOf([one([year(2024, 1)]), one([year(2025, 1), year(2024, 2)])])).toEqual([2025, 2024]);
  expect(yearsOf([])).toEqual([]);
});

test("an indicator that has nothing of a year says so", () => {
  expect(ofYear(one([year(2025, 7)]), 2025)?.done).toBe(7);
  expect(ofYear(one([]), 2025)).toBeUndefined();
});

test.each([
  [150, 100, 50],
  [50, 100, -50],
  [3, 0, null],
  [0, 0, null],
])("%s after %s is a change of %s per cent", (done, before, per) => {
  expect(growth(done, before)).toBe(per);
});
