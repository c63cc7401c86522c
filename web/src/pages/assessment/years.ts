import type { Indicator } from "./risks";

export type OtherYear = Indicator["other_years"][number];

/** The earlier years that any indicator is set beside, newest first. */
export function yearsOf(indicators: Indicator[]): number[] {
  const years = new Set(indicators.flatMap((one) => one.other_years.map(({ year }) => year)));
  return [...years].sort((a, b) => b - a);
}

export function ofYear(one: Indicator, year: number): OtherYear | undefined {
  return one.other_years.find((other) => other.year === year);
}

/** By how much this year is ahead of an earlier one on the same day, in per cent of it; null where that was nothing. */
export function growth(done: number, before: number): number | null {
  return before === 0 ? null : Math.round((1000 * (done - before)) / Math.abs(before)) / 10;
}
