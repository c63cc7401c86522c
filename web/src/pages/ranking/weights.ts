import type { Schemas } from "../../api/client";

type Criterion = Pick<Schemas["CriterionRead"], "name" | "default_weight">;

/** Points per criterion, as the sliders show them: a hundred times the weight. */
export type Points = Record<string, number>;

export const MOST_POINTS = 50;

export function defaultPoints(criteria: Criterion[]): Points {
  return Object.fromEntries(criteria.map(({ name, default_weight }) => [name, Math.round(default_weight * 100)]));
}

/** The weights of a query; none where nothing was moved, so that the answer is the registered ranking's. */
export function weightsOf(points: Points, criteria: Criterion[]): Record<string, number> {
  const usual = defaultPoints(criteria);
  return criteria.every(({ name }) => points[name] === usual[name]) ? {} : { ...points };
}

/** The share that each criterion has of the whole; all are zero where nothing has a weight. */
export function shares(points: Points): Record<string, number> {
  const whole = Object.values(points).reduce((sum, value) => sum + value, 0);
  return Object.fromEntries(Object.entries(points).map(([name, value]) => [name, whole > 0 ? value / whole : 0]));
}

/** Whether the service would take these: something must count. */
export function countsSomething(points: Points): boolean {
  return Object.values(points).some((value) => value > 0);
}

/** The places of a list, with how many places each has moved since the list before: + is up, null is new. */
export function moves(before: readonly string[], now: readonly string[]): Map<string, number | null> {
  return new Map(
    now.map((id, at) => {
      const was = before.indexOf(id);
      return [id, was < 0 ? null : was - at];
    }),
  );
}

/** The ranks that a place keeps when the weights shift, the better one first; null where they were not asked for. */
export function intervalOf(item: { rank_low: number | null; rank_high: number | null }): string | null {
  const { rank_low, rank_high } = item;
  if (rank_low === null || rank_high === null) return null;
  return rank_low === rank_high ? String(rank_low) : `${Math.min(rank_low, rank_high)}–${Math.max(rank_low, rank_high)}`;
}

/** One more or one less of the few that are compared; what would be too many changes nothing. */
export function toggled(chosen: readonly string[], id: string, most = 4): string[] {
  if (chosen.includes(id)) return chosen.filter((one) => one !== id);
  return chosen.length >= most ? [...chosen] : [...chosen, id];
}
