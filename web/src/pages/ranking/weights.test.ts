import { expect, test } from "vitest";
import { countsSomething, defaultPoints, intervalOf, moves, shares, toggled, weightsOf } from "./weights";

const CRITERIA = [
  { name: "industry", default_weight: 0.2 },
  { name: "land", default_weight: 0.12 },
  { name: "cost", default_weight: 0.08 },
];

test("points are hundredths of the weights, without the dust of binary fractions", () => {
  expect(defaultPoints(CRITERIA)).toEqual({ industry: 20, land: 12, cost: 8 });
});

test("sliders that nobody moved ask for the usual weights", () => {
  expect(weightsOf(defaultPoints(CRITERIA), CRITERIA)).toEqual({});
  expect(weightsOf({ industry: 20, land: 30, cost: 8 }, CRITERIA)).toEqual({ industry: 20, land: 30, cost: 8 });
});

test("shares sum to the whole", () => {
  expect(shares({ a: 30, b: 10 })).toEqual({ a: 0.75, b: 0.25 });
  expect(shares({ a: 0, b: 0 })).toEqual({ a: 0, b: 0 });
  expect(countsSomething({ a: 0, b: 0 })).toBe(false);
  expect(countsSomething({ a: 0, b: 1 })).toBe(true);
});

test("a place that went from third to first has moved up two, one that was not there is new", () => {
  expect([...moves(["a", "b", "c"], ["c", "a", "d"])]).toEqual([
    ["c", 2],
    ["a", -1],
    ["d", null],
  ]);
});

test("at most four places are compared", () => {
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  expect(toggled(["a", "b"], "c")).toEqual(["a", "b", "c"]);
  expect(toggled(["a", "b", "c", "d"], "e")).toEqual(["a", "b", "c", "d"]);
});

test.each([
  [1, 1, "1"],
  [2, 5, "2–5"],
  [5, 2, "2–5"],
  [null, null, null],
])("ranks from %s to %s are written %s", (rank_low, rank_high, written) => {
  expect(intervalOf({ rank_low, rank_high })).toBe(written);
});
