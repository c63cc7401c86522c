import { expect, test } from "vitest";
import { at, bulletsOf, edgeOf } from "./bullets";
import type { Indicator } from "./risks";

const one = (code: string, target: number | null, done: number, high: number) =>
  ({ code, name: code, target, done, claimed: done, projection: { low: done, expected: done, high } }) as Indicator;

test("the chart ends a quarter beyond the target at least, and at twice the target at most", () => {
  expect(edgeOf([one("a", 100, 10, 20)])).toBe(125);
  expect(edgeOf([one("a", 100, 10, 130)])).toBe(150);
  expect(edgeOf([one("a", 100, 10, 2500)])).toBe(200);
  expect(edgeOf([])).toBe(125);
});

test("what has no target is left out, and what goes beyond the edge is told", () => {
  const rows = bulletsOf([one("a", 100, 50, 900), one("b", null, 3, 3), one("c", 10, 5, 6)]);
  expect(rows.map(({ code, done, high, isCut }) => [code, done, high, isCut])).toEqual([
    ["a", 50, 900, true],
    ["c", 50, 60, false],
  ]);
});

test.each([
  [100, 125, 80],
  [-5, 125, 0],
  [900, 200, 100],
])("%s per cent of a chart up to %s stands at %s", (value, edge, place) => {
  expect(at(value, edge)).toBe(place);
});
