import type { Schemas } from "../../api/client";

export type Pack = Schemas["IndicatorPackRead"];
export type PackWrite = Schemas["IndicatorPackWrite"];
/** One line of a pack, as it is set; the page's own `IndicatorRead` is what came of it. */
export type Line = Schemas["Indicator"];
type Programme = Pack["programme"];

/** A part of a whole as hundredths, as people write it, without the dust of binary fractions. */
export const hundredths = (part: number | null | undefined): number | null =>
  part === null || part === undefined ? null : Number((part * 100).toPrecision(12));
export const partOf = (percent: number | null | undefined): number | null =>
  percent === null || percent === undefined ? null : Number((percent / 100).toPrecision(12));

/** What the form of a line holds: parts of a whole as hundredths, what does not apply left out. */
export interface LineValues extends Omit<Line, "by_ratio" | "by_rank" | "terms" | "prospect"> {
  by_ratio?: { ratio: number; share: number }[];
  by_rank?: { rank_until: number; share: number }[];
  terms: { measure: string; components?: Line["terms"][number]["components"]; share: number; most_share?: number | null }[];
  milestone?: NonNullable<Line["prospect"]>["milestone"] | null;
  brings?: NonNullable<Line["prospect"]>["brings"] | null;
}

export function toForm({ by_ratio, by_rank, terms, prospect, ...line }: Line): LineValues {
  return {
    ...line,
    by_ratio: (by_ratio ?? []).map(({ ratio, share }) => ({ ratio: hundredths(ratio) ?? 0, share: hundredths(share) ?? 0 })),
    by_rank: (by_rank ?? []).map(({ rank_until, share }) => ({ rank_until, share: hundredths(share) ?? 0 })),
    terms: terms.map((term) => ({
      measure: term.measure,
      components: term.components ?? null,
      share: hundredths(term.share) ?? 100,
      most_share: hundredths(term.most_share),
    })),
    milestone: prospect?.milestone ?? null,
    brings: prospect?.brings ?? null,
  };
}

export function toLine({ by_ratio, by_rank, terms, milestone, brings, ...values }: LineValues): Line {
  const isStock = values.nature === "stock";
  const counts = values.counts === "opportunities";
  return {
    ...values,
    at_least: counts ? (values.at_least ?? null) : null,
    most_per_opportunity: values.most_per_opportunity ?? null,
    carry_months: isStock ? values.carry_months : 1,
    rank_points: values.rank_points ?? 0,
    by_ratio: (by_ratio ?? []).map(({ ratio, share }) => ({ ratio: partOf(ratio) ?? 0, share: partOf(share) ?? 0 })),
    by_rank: (by_rank ?? []).map(({ rank_until, share }) => ({ rank_until, share: partOf(share) ?? 0 })),
    terms: terms.map((term) => ({
      measure: term.measure,
      components: term.components && term.components.length > 0 ? term.components : null,
      share: partOf(term.share) ?? 1,
      most_share: partOf(term.most_share),
    })),
    prospect: milestone && brings ? { milestone, brings } : null,
  };
}

/** What a new line begins with. */
export const BLANK: LineValues = {
  code: "",
  name_zh: "",
  name_en: "",
  unit: "",
  unit_zh: "",
  nature: "flow",
  direction: "higher",
  counts: "amount",
  carry_months: 1,
  window_from: "01-01",
  window_until: "12-31",
  points: 10,
  rank_points: 0,
  is_stepped: false,
  by_ratio: [
    { ratio: 0, share: 0 },
    { ratio: 100, share: 100 },
  ],
  by_rank: [],
  terms: [],
  at_least: null,
  most_per_opportunity: null,
  source: "",
};

/** The body of a pack that begins as a copy of another; an example's name must not be passed off as one's own. */
export function copyOf(pack: Pack, name: string, year: number): PackWrite {
  return { name, year, programme: pack.programme, note: null, outlook: pack.outlook, indicators: pack.indicators };
}

/** The pack as it is sent back. */
export function bodyOf(pack: Pack): PackWrite {
  return {
    name: pack.name,
    programme: pack.programme,
    year: pack.year ?? 0,
    note: pack.note,
    outlook: pack.outlook,
    indicators: pack.indicators,
  };
}

/** All points that a pack has to give: for done against target, and for ranks. */
export function pointsOf(pack: Pick<Pack, "indicators">): { points: number; rank: number } {
  const sum = (name: "points" | "rank_points") => Number(pack.indicators.reduce((total, line) => total + line[name], 0).toPrecision(12));
  return { points: sum("points"), rank: sum("rank_points") };
}

/** The lines that a target may be set for: those of the packs of a programme and year, an authority's own before what ships. */
export function linesFor(packs: Pack[], programme: Programme, year: number): Line[] {
  const fitting = packs.filter((pack) => pack.programme === programme && (pack.year === year || pack.year === null));
  const ranked = [...fitting].sort((a, b) => Number(a.is_example) - Number(b.is_example));
  const lines = new Map<string, Line>();
  for (const line of ranked.flatMap(({ indicators }) => indicators)) if (!lines.has(line.code)) lines.set(line.code, line);
  return [...lines.values()];
}
