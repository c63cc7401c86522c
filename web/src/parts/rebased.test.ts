import { expect, test } from "vitest";
import { onto, rebased } from "./rebased";

const before = { land: 60, power: 1000, note: null as string | null, quantities: { a: 1, b: 2 } as Record<string, number>, tags: ["x", "y"], rows: [{ code: "1", points: 5 }, { code: "2", points: 5 }] };

test("what was changed here stays, and whatever else was changed there is taken in", () => {
  const now = { ...before, land: 70, power: 2000 };
  expect(rebased(before, now, { ...before, land: 600 })).toEqual({ ...before, land: 600, power: 2000 });
});

test("of a map each entry is a field of its own, also where it was taken out", () => {
  const now = { ...before, quantities: { a: 1, b: 3, c: 4 } };
  expect(rebased(before, now, { ...before, quantities: { b: 2, d: 5 } }).quantities).toEqual({ b: 3, c: 4, d: 5 });
});

test("words that both have added or taken out are all added and taken out", () => {
  const now = { ...before, tags: ["x", "y", "theirs"] };
  expect(rebased(before, now, { ...before, tags: ["y", "mine"] }).tags).toEqual(["y", "theirs", "mine"]);
});

test("rows that have a code of their own are told apart by it", () => {
  const now = { ...before, rows: [{ code: "1", points: 9 }, { code: "2", points: 5 }, { code: "3", points: 1 }] };
  const mine = { ...before, rows: [{ code: "1", points: 5 }, { code: "2", points: 7 }] };
  expect(rebased(before, now, mine).rows).toEqual([{ code: "1", points: 9 }, { code: "2", points: 7 }, { code: "3", points: 1 }]);
});

test("rows that cannot be told apart stay as they were changed here", () => {
  const [first, second] = [{ code: "", points: 1 }, { code: "", points: 2 }];
  const mine = { ...before, rows: [first, second] };
  expect(rebased(before, { ...before, rows: [] }, mine).rows).toEqual([first, second]);
});

test("an emptied text is no change where there was none", () => {
  expect(rebased(before, { ...before, note: "theirs" }, { ...before, note: "" }).note).toBe("theirs");
});

const row = { ...before, version: 1 };
const theirs = { ...row, power: 2000, version: 2 };

test("a form in which nothing was typed shows what is read anew and has nothing to tell of it", () => {
  expect(onto({ origin: row, read: row, draft: row }, theirs)).toEqual({ origin: theirs, read: theirs, draft: theirs });
});

test("a form in which something was typed remembers what it began from, however often it is read anew", () => {
  const draft = { ...row, land: 600 };
  const once = onto({ origin: row, read: row, draft }, theirs);
  const twice = onto(once, { ...theirs, note: "again", version: 3 });
  expect(twice.origin).toBe(row);
  expect(twice.draft).toEqual({ ...row, land: 600, power: 2000, note: "again", version: 3 });
});
