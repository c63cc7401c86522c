import { expect, test } from "vitest";
import { COUNTRY, grouped } from "./geometry";
import { mapOption, type Dot } from "./mapOption";

const dot = (rank: number, is_synthetic: boolean, lon = 110 + 5 * rank) =>
  ({
    lon,
    lat: 30,
    name: `县${rank}`,
    item: { rank, score: 0.9 - rank / 100, profile: { id: `prf_${rank}`, site_name: `载体${rank}`, region_name: "省", is_synthetic } },
  }) as Dot;

const drawn = {
  groups: grouped([dot(1, true), dot(2, false), dot(3, false)], COUNTRY),
  open: null,
  context: [],
  view: COUNTRY,
  lines: 2,
  colours: { strong: "#1", weak: "#2", numbered: "#8", faint: "#3", text: "#4", grid: "#5", start: "#6", halo: "#7" },
  words: { origin: "来源地", score: "得分", synthetic: "合成数据", places: (count: number) => `${count} 个`, layOut: "点击展开", layIn: "点击收起" },
};

interface Series {
  id: string;
  data: { place?: string; group?: string; name?: string; value?: number[]; coords?: number[][]; label?: { formatter?: string } }[];
}
const seriesOf = (start: Parameters<typeof mapOption>[0]["start"], more: Partial<Parameters<typeof mapOption>[0]> = {}) =>
  Object.fromEntries((mapOption({ ...drawn, start, ...more }).series as Series[]).map(({ id, data }) => [id, data]));

test("lines go from the origin to the first places and to no others", () => {
  const { lines } = seriesOf({ lon: 121, lat: 31, name: "嘉善县" });
  expect(lines?.map(({ coords }) => coords)).toEqual([
    [[121, 31], [115, 30]],
    [[121, 31], [120, 30]],
  ]);
});

test("without a known origin there are points alone", () => {
  const series = seriesOf(null);
  expect(series["lines"]).toEqual([]);
  expect(series["origin"]).toEqual([]);
  expect(series["places"]).toHaveLength(3);
});

test("the first place is drawn last, above all others, and a synthetic one says so", () => {
  const places = seriesOf(null)["places"] ?? [];
  expect(places.at(-1)?.place).toBe("prf_1");
  expect(places.at(-1)?.name).toContain("合成数据");
  expect(places[0]?.name).not.toContain("合成数据");
});

const together = grouped([dot(1, false, 119), dot(2, false, 119), dot(3, false, 119), dot(4, false, 100)], COUNTRY);

test("places that lie together are one mark with their number, a caption and all of their names", () => {
  const { places, captions, spots, lines } = seriesOf({ lon: 121, lat: 31, name: "嘉善县" }, { groups: together });
  expect(places?.map(({ place, group, label }) => place ?? `${group}: ${label?.formatter}`)).toEqual(["prf_4", "prf_1: 3"]);
  expect(captions?.map(({ name }) => name)).toEqual(["1 县1 · 3 个"]);
  expect(places?.[1]?.name?.split("\n")).toEqual(["3 个", "1 载体1", "2 载体2", "3 载体3", "点击展开"]);
  expect(spots).toEqual([]);
  expect(lines).toHaveLength(1);
});

test("laid out, each of them has a mark of its own with its rank, and leads to its place", () => {
  const { spots, legs, captions } = seriesOf(null, { groups: together, open: "prf_1" });
  expect(spots?.map(({ place, label }) => [place, label?.formatter])).toEqual([["prf_3", "3"], ["prf_2", "2"], ["prf_1", "1"]]);
  expect(legs).toHaveLength(3);
  expect(captions).toEqual([]);
  const elsewhere = grouped([dot(1, false, 119), dot(2, false, 119), dot(5, false, 90), dot(6, false, 90)], COUNTRY);
  const { places } = seriesOf(null, { groups: elsewhere, open: "prf_1" });
  expect(places?.map(({ label }) => label?.formatter)).toEqual([undefined, undefined]);
});

test("a province's name is left out where a mark would lie on it", () => {
  const context = [{ lon: 119.5, lat: 30.3, name: "浙江" }, { lon: 104, lat: 30.6, name: "四川" }];
  expect(seriesOf(null, { groups: together, context })["context"]?.map(({ name }) => name)).toEqual(["四川"]);
});
