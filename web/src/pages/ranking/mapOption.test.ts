import { expect, test } from "vitest";
import { COUNTRY } from "./geometry";
import { mapOption, type Dot } from "./mapOption";

const dot = (rank: number, is_synthetic: boolean) =>
  ({
    lon: 110 + rank,
    lat: 30,
    name: `县${rank}`,
    item: { rank, score: 0.9 - rank / 100, profile: { id: `prf_${rank}`, site_name: `载体${rank}`, region_name: "省", is_synthetic } },
  }) as Dot;

const drawn = {
  dots: [dot(1, true), dot(2, false), dot(3, false)],
  context: [],
  view: COUNTRY,
  lines: 2,
  colours: { strong: "#1", weak: "#2", faint: "#3", text: "#4", grid: "#5", start: "#6", halo: "#7" },
  originWord: "来源地",
  scoreWord: "得分",
  syntheticWord: "合成数据",
};

interface Series {
  id: string;
  data: { id?: string; name?: string; coords?: number[][] }[];
}
const seriesOf = (start: Parameters<typeof mapOption>[0]["start"]) =>
  Object.fromEntries((mapOption({ ...drawn, start }).series as Series[]).map(({ id, data }) => [id, data]));

test("lines go from the origin to the first places and to no others", () => {
  const { lines } = seriesOf({ lon: 121, lat: 31, name: "嘉善县" });
  expect(lines?.map(({ coords }) => coords)).toEqual([
    [[121, 31], [111, 30]],
    [[121, 31], [112, 30]],
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
  expect(places.at(-1)?.id).toBe("prf_1");
  expect(places.at(-1)?.name).toContain("合成数据");
  expect(places[0]?.name).not.toContain("合成数据");
});
