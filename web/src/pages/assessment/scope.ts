import type { Assessment } from "./risks";

export const PROGRAMMES = ["mountain_sea", "east_west", "other"] as const;
export const PERIODS = ["first_quarter", "first_half", "first_three_quarters", "year"] as const;

/** Of which year, programme, period and organisation everything on the page is. */
export interface Scope {
  year: number;
  programme: Assessment["programme"];
  period: Assessment["period"];
  organisation_id: string | undefined;
}

/** The scope that an address names; what it leaves out, or gets wrong, is this year's whole of mountain-sea. */
export function scopeOf(asked: URLSearchParams, thisYear: number): Scope {
  const year = Number(asked.get("year") ?? thisYear);
  const programme = PROGRAMMES.find((one) => one === asked.get("programme")) ?? "mountain_sea";
  const period = PERIODS.find((one) => one === asked.get("period")) ?? "year";
  return {
    year: Number.isInteger(year) && year >= 2000 && year <= 2199 ? year : thisYear,
    programme,
    period,
    organisation_id: asked.get("organisation_id") || undefined,
  };
}
