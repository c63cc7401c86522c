import { expect, test } from "vitest";
import { rebased } from "../../parts/rebased";
import { byLine, byRow, fromDraft, toDraft } from "./packDraft";
import { bodyOf, type Line, type Pack } from "./packs";

const line = (code: string, points: number) => ({ code, points }) as Line;
const chance = (expected: number) => ({ low: 0, expected, high: 1 });
const pack = {
  id: "pak_1",
  name: "方案",
  programme: "mountain_sea",
  year: 2026,
  note: null,
  version: 1,
  indicators: [line("funds", 20), line("jobs", 10)],
  outlook: { claimed: chance(0.5), confirmed: chance(0.8), delay: chance(30), stages: { signed: chance(0.4), operating: chance(0.9) } },
} as unknown as Pack;

test("a draft is sent back as the pack that it was made of", () => {
  expect(fromDraft(toDraft(pack))).toEqual(bodyOf(pack));
  expect(byRow(byLine(toDraft(pack)))).toEqual(toDraft(pack));
});

test("of two who change other lines and other assumptions neither undoes what the other did", () => {
  const theirs = { ...pack, version: 2, indicators: [line("funds", 25), line("jobs", 10)], outlook: { ...pack.outlook, stages: { signed: chance(0.6), operating: chance(0.9) } } };
  const mine = { ...toDraft(pack), indicators: [line("funds", 20), line("jobs", 15)], outlook: { ...toDraft(pack).outlook, operating: chance(1) } };
  const both = fromDraft(rebased(toDraft(pack), toDraft(theirs), mine));
  expect(both.indicators).toEqual([line("funds", 25), line("jobs", 15)]);
  expect(both.outlook?.stages).toEqual({ signed: chance(0.6), operating: chance(1) });
});
