import type { EChartsCoreOption } from "echarts/core";
import { points } from "../../parts/numbers";
import { degrees, fanned, grouped, nameSide, type Group, type Point, type View } from "./geometry";
import type { Place } from "./useRanking";

export interface Dot extends Point {
  name: string;
  item: Place;
}

/** What was clicked: a place, or several that lie together. */
export interface Picked {
  place?: string;
  group?: string;
}

interface Drawn {
  groups: Group<Dot>[];
  /** The group that is laid out, by its key. */
  open: string | null;
  start: (Point & { name: string }) | null;
  context: (Point & { name: string })[];
  view: View;
  /** To how many of the first places a line is drawn. */
  lines: number;
  colours: Record<"strong" | "weak" | "numbered" | "faint" | "text" | "grid" | "start" | "halo", string>;
  words: {
    origin: string;
    score: string;
    synthetic: string;
    /** Of several that lie together: how many there are, and how each can be seen. */
    places: (count: number) => string;
    layOut: string;
    layIn: string;
  };
}

/** A group is known by its first place, also where the others change. */
export const keyOf = ({ members }: Group<Dot>): string => members[0]?.item.profile.id ?? "";

/** How many places of a group its tooltip names. */
const NAMED = 8;

/** The map as ECharts wants it: names of provinces for orientation, lines, points, the origin. */
export function mapOption({ groups, open, start, context, view, lines, colours, words }: Drawn): EChartsCoreOption {
  const bestOf = ({ members }: Group<Dot>) => Math.min(...members.map(({ item }) => item.rank));
  const first = groups.filter((group) => bestOf(group) <= lines);
  const opened = groups.find((group) => group.members.length > 1 && keyOf(group) === open);
  const spots = opened ? fanned(opened, view) : [];
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
  const told = ({ item }: Dot) =>
    `${item.rank} ${item.profile.site_name ?? ""}\n${item.profile.region_name}\n${words.score} ${points(item.score)}${item.profile.is_synthetic ? ` · ${words.synthetic}` : ""}`;
  const inside = { show: true, position: "inside", color: colours.halo, fontSize: 11, fontWeight: "bold" };
  const look = (strong: boolean, weak = colours.weak) => ({ color: strong ? colours.strong : weak, borderColor: colours.halo, borderWidth: 1, opacity: 1 });
  const single = (dot: Dot) => {
    const { lon, lat, name, item } = dot;
    const strong = item.rank <= lines;
    return {
      place: item.profile.id,
      value: [lon, lat],
      name: told(dot),
      symbolSize: item.rank === 1 ? 18 : strong ? 13 : 8,
      itemStyle: look(strong),
      label: { show: strong, formatter: `${item.rank} ${name}`, position: nameSide(lon, start?.lon, view), ...halo },
    };
  };
  const several = (group: Group<Dot>) => {
    const { lon, lat, members } = group;
    const strong = bestOf(group) <= lines;
    const isOpen = group === opened;
    const listed = members.slice(0, NAMED).map(({ item }) => `${item.rank} ${item.profile.site_name ?? ""}`);
    return {
      group: keyOf(group),
      value: [lon, lat],
      name: [words.places(members.length), ...listed, ...(members.length > NAMED ? ["…"] : []), isOpen ? words.layIn : words.layOut].join("\n"),
      symbolSize: isOpen ? 12 : 20,
      itemStyle: { ...look(strong, colours.numbered), opacity: isOpen ? 0.5 : opened ? 0.3 : 1 },
      // How many lie elsewhere would be taken for a rank beside the ranks that are laid out.
      label: opened ? { show: false } : { ...inside, formatter: String(members.length) },
    };
  };
  // What the number inside the mark of a group leaves open: whose rank, and where.
  const caption = (group: Group<Dot>) => ({
    value: [group.lon, group.lat],
    name: `${bestOf(group)} ${group.members[0]?.name ?? ""} · ${words.places(group.members.length)}`,
    label: { position: nameSide(group.lon, start?.lon, view), distance: 12, ...halo },
  });
  const spot = (dot: Dot) => ({
    ...single(dot),
    symbolSize: 20,
    itemStyle: look(dot.item.rank <= lines, colours.numbered),
    label: { ...inside, formatter: String(dot.item.rank) },
  });
  // A name below a mark is read by nobody, and takes from what the mark says.
  const marks: Point[] = [...groups, ...spots, ...(start ? [start] : [])];
  const orientation = context.filter((name) => grouped([...marks, name], view, 0.05).at(-1)?.members[0] === name);
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
        data: orientation.map(({ lon, lat, name }) => ({ value: [lon, lat], name })),
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
          ? first.map((group) => ({
              coords: [
                [start.lon, start.lat],
                [group.lon, group.lat],
              ],
              lineStyle: { width: bestOf(group) === 1 ? 3 : 1.5 },
            }))
          : [],
      },
      {
        id: "legs",
        type: "lines",
        coordinateSystem: "cartesian2d",
        silent: true,
        z: 4,
        lineStyle: { color: colours.weak, width: 1 },
        data: opened ? spots.map(({ lon, lat }) => ({ coords: [[opened.lon, opened.lat], [lon, lat]] })) : [],
      },
      {
        id: "places",
        type: "scatter",
        z: 3,
        data: [...groups].reverse().map((group) => (group.members.length > 1 ? several(group) : single(group.members[0]!))),
        tooltip: { formatter: "{b}" },
        labelLayout: ({ dataIndex }: { dataIndex: number }) =>
          // The number in the mark of a group stays where it is.
          (groups.at(-1 - dataIndex)?.members.length ?? 1) > 1 ? {} : { moveOverlap: "shiftY", hideOverlap: true },
      },
      {
        id: "captions",
        type: "scatter",
        silent: true,
        symbolSize: 0.1,
        z: 3,
        data: first.filter((group) => group.members.length > 1 && group !== opened).map(caption),
        label: { show: true, formatter: "{b}" },
        labelLayout: { moveOverlap: "shiftY", hideOverlap: true },
      },
      {
        id: "spots",
        type: "scatter",
        z: 5,
        data: [...spots].reverse().map(spot),
        tooltip: { formatter: "{b}" },
      },
      {
        id: "origin",
        type: "scatter",
        z: 4,
        symbol: "diamond",
        symbolSize: 16,
        data: start ? [{ value: [start.lon, start.lat], name: `${words.origin}\n${start.name}` }] : [],
        itemStyle: { color: colours.start, borderColor: colours.halo, borderWidth: 1 },
        label: { show: true, formatter: start?.name ?? "", position: start && start.lon > view.lon[0] + (view.lon[1] - view.lon[0]) * 0.85 ? "top" : "right", ...halo, fontWeight: "bold" },
        labelLayout: { moveOverlap: "shiftY", hideOverlap: true },
        tooltip: { formatter: "{b}" },
      },
    ],
  };
}
