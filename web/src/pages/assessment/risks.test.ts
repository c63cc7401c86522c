import { expect, test } from "vitest";
import { byRisk, share, type Indicator } from "./risks";

const one = (code: string, risk: Indicator["risk"], expected: number) =>
  ({ code, risk, points_full: 10, points_open: 0, points_expected: expected }) as Indicator;

test("what is out of reach comes first, and among equals what misses the most points", () => {
  const sorted = byRisk([one("a", "met", 10), one("b", "at_risk", 9), one("c", "at_risk", 2), one("d", "out_of_reach", 5)]);
  expect(sorted.map(({ code }) => code)).toEqual(["d", "c", "b", "a"]);
});

test("a share of nothing is not a number of per cent", () => {
  expect(share(3, 0)).toBeNull();
  expect(share(3, null)).toBeNull();
  expect(share(1, 3)).toBe(33.3);
});
