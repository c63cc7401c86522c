import { expect, test } from "vitest";
import { changedMeanwhile, put } from "./changedMeanwhile";

const origin = { land: 60, power: 1000, quantities: { a: 1, b: 2 }, version: 1 };
const read = { land: 70, power: 2000, quantities: { a: 1, c: 3 }, version: 2 };

test("what somebody else has changed is told with what was, what is, and what one has typed instead", () => {
  expect(changedMeanwhile(origin, read, { ...read, land: 600 }, ["version"])).toEqual([
    { path: ["land"], before: 60, after: 70, mine: 600, isMine: true },
    { path: ["power"], before: 1000, after: 2000, mine: 2000, isMine: false },
    { path: ["quantities", "c"], before: null, after: 3, mine: 3, isMine: false },
    { path: ["quantities", "b"], before: 2, after: null, mine: null, isMine: false },
  ]);
});

test("nothing is told of what one has changed oneself alone", () => {
  expect(changedMeanwhile(origin, origin, { ...origin, land: 600 }, [])).toEqual([]);
});

test("what theirs is can be taken for one's own, in a map too", () => {
  expect(put(origin, ["land"], 70)).toEqual({ ...origin, land: 70 });
  expect(put(origin, ["quantities", "c"], 3).quantities).toEqual({ a: 1, b: 2, c: 3 });
  expect(put(origin, ["quantities", "b"], null).quantities).toEqual({ a: 1 });
});
