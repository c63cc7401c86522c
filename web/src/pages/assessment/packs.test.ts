import { expect, test } from "vitest";
import { bodyOf, copyOf, hundredths, linesFor, partOf, pointsOf, toForm, toLine, type Line, type Pack } from "./packs";

const line: Line = {
  code: "funds_in_place",
  name_zh: "到位资金",
  name_en: "Funds in place",
  unit: "10k CNY",
  unit_zh: "万元",
  nature: "flow",
  direction: "higher",
  counts: "amount",
  terms: [
    { measure: "funds_in_place", components: ["land"], share: 1, most_share: 0.3 },
    { measure: "funds_in_place", components: null, share: 0.07, most_share: null },
  ],
  at_least: null,
  most_per_opportunity: null,
  carry_months: 1,
  window_from: "12-01",
  window_until: "11-30",
  points: 20,
  by_ratio: [
    { ratio: 0, share: 0 },
    { ratio: 1.2, share: 1 },
  ],
  is_stepped: false,
  rank_points: 5,
  by_rank: [{ rank_until: 5, share: 0.55 }],
  prospect: { milestone: "funds_in_place", brings: "fixed_investment" },
  source: "示例",
};
const pack = { id: "pak_1", name: "示例", programme: "mountain_sea", year: null, is_example: true, note: "x", indicators: [line], outlook: {} } as unknown as Pack;

test("parts and hundredths are one another's inverse, without dust", () => {
  expect([0.07, 0.55, 0.3, 1, 1.2].map(hundredths)).toEqual([7, 55, 30, 100, 120]);
  expect([7, 55, 30, 100, 120].map(partOf)).toEqual([0.07, 0.55, 0.3, 1, 1.2]);
  expect([hundredths(null), partOf(undefined)]).toEqual([null, null]);
});

test("a line that is opened in the form and kept as it is does not change", () => {
  expect(toLine(toForm(line))).toEqual(line);
});

test("what does not apply is not sent: a bound of amounts, months of a flow, half a prospect, no component", () => {
  const form = { ...toForm(line), at_least: 500, carry_months: 3, brings: null };
  form.terms = [{ measure: "funds_in_place", components: [], share: 100 }];
  expect(toLine(form)).toMatchObject({
    at_least: null,
    carry_months: 1,
    prospect: null,
    terms: [{ measure: "funds_in_place", components: null, share: 1, most_share: null }],
  });
  expect(toLine({ ...form, counts: "opportunities", nature: "stock" })).toMatchObject({ at_least: 500, carry_months: 3 });
});

test("a copy is one's own: another name and year, and not the note that says it is an example", () => {
  expect(copyOf(pack, "浙江 2027", 2027)).toMatchObject({ name: "浙江 2027", year: 2027, note: null, indicators: [line] });
  expect(Object.keys(bodyOf(pack)).sort()).toEqual(["indicators", "name", "note", "outlook", "programme", "year"]);
});

test("points add up to the hundredth", () => {
  const lines = [{ ...line, points: 0.1 }, { ...line, points: 0.2 }];
  expect(pointsOf({ indicators: lines })).toEqual({ points: 0.3, rank: 10 });
});

test("an authority's line goes before the example's of the same code, and other years count for nothing", () => {
  const own = { ...pack, is_example: false, year: 2026, indicators: [{ ...line, name_zh: "自己的" }] };
  const past = { ...own, year: 2025, indicators: [{ ...line, code: "old" }] };
  const found = linesFor([pack, past, own], "mountain_sea", 2026);
  expect(found.map(({ code, name_zh }) => [code, name_zh])).toEqual([["funds_in_place", "自己的"]]);
  expect(linesFor([pack], "east_west", 2026)).toEqual([]);
});
