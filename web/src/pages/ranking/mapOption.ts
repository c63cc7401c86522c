import type { EChartsCoreOption } from "echarts/core";
import { points } from "../../parts/numbers";
import { degrees, nameSide, type Point, type View } from "./geometry";
import type { Place } from "./useRanking";

export interface Dot extends Point {
  name: string;
  item: Place;
}

interface Drawn {
  dots: Dot[];
  start: (Point & { name: string }) | null;
  context: (Point & { name: string })[];
  view: View;
  /** To how many of the first places a line is drawn. */
  lines: number;
  colours: Record<"strong" | "weak" | "faint" | "text" | "grid" | "start" | "halo", string>;
  originWord: string;
  scoreWord: string;
  syntheticWord: string;
}

/** The map as ECharts wants it: names of provinces for orientation, lines, points, the origin. */
export function mapOption({ dots, start, context, view, lines, colours, originWord, scoreWord, syntheticWord }: Drawn): EChartsCoreOption {
  const first = dots.filter(({ item }) => item.rank <= lines);
  const axis = (range: [number, number], name: "lon" | "lat") => ({
    type: "value",
    min: range[0],
    max: range[1],
    splitNumber: 5,
    axisLabel: {
      color: colours.weak,
      fontSize: 10,
      showMinLabel: false,
      showMaxLabel: false,
      formatter: (value: number) => degrees(value, name),
    },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: colours.grid, type: "dashed" } },
  });
  const halo = { color: colours.text, textBorderColor: colours.halo, textBorderWidth: 3, fontSize: 12 };
  return {
    grid: { left: 40, right: 10, top: 8, bottom: 22 },
    animationDurationUpdate: 300,
    xAxis: axis(view.lon, "lon"),
    yAxis: axis(view.lat, "lat"),
    tooltip: { trigger: "item" },
    series: [
      {
        id: "context",
        type: "scatter",
        silent: true,
        symbolSize: 0.1,
        data: context.map(({ lon, lat, name }) => ({ value: [lon, lat], name })),
        label: { show: true, formatter: "{b}", position: "inside", color: colours.faint, fontSize: 11 },
        labelLayout: { hideOverlap: true },
        z: 1,
      },
      {
        id: "lines",
        type: "lines",
        coordinateSystem: "cartesian2d",
        silent: true,
        z: 2,
        lineStyle: { color: colours.strong, width: 1.5, opacity: 0.65, curveness: 0.15 },
        data: start
          ? first.map(({ lon, lat, item }) => ({
              coords: [
                [start.lon, start.lat],
                [lon, lat],
              ],
              lineStyle: { width: item.rank === 1 ? 3 : 1.5 },
            }))
          : [],
      },
      {
        id: "places",
        type: "scatter",
        z: 3,
        data: [...dots].reverse().map(({ lon, lat, name, item }) => {
          const strong = item.rank <= lines;
          return {
            id: item.profile.id,
            value: [lon, lat],
            name: `${item.rank} ${item.profile.site_name}\n${item.profile.region_name}\n${scoreWord} ${points(item.score)}${item.profile.is_synthetic ? ` · ${syntheticWord}` : ""}`,
            symbolSize: item.rank === 1 ? 18 : strong ? 13 : 8,
            itemStyle: { color: strong ? colours.strong : colours.weak, borderColor: colours.halo, borderWidth: 1 },
            label: { show: strong, formatter: `${item.rank} ${name}`, position: nameSide(lon, start?.lon, view), ...halo },
          };
        }),
        tooltip: { formatter: "{b}" },
        labelLayout: { moveOverlap: "shiftY", hideOverlap: true },
      },
      {
        id: "origin",
        type: "scatter",
        z: 4,
        symbol: "diamond",
        symbolSize: 16,
        data: start ? [{ value: [start.lon, start.lat], name: `${originWord}\n${start.name}` }] : [],
        itemStyle: { color: colours.start, borderColor: colours.halo, borderWidth: 1 },
        label: { show: true, formatter: start?.name ?? "", position: start && start.lon > view.lon[0] + (view.lon[1] - view.lon[0]) * 0.85 ? "top" : "right", ...halo, fontWeight: "bold" },
        labelLayout: { moveOverlap: "shiftY", hideOverlap: true },
        tooltip: { formatter: "{b}" },
      },
    ],
  };
}
