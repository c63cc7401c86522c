import type { Schemas } from "../../api/client";

/** An alert as the feed tells it. */
export interface Shortfall {
  id: string;
  at: string;
  kind: "new" | "worse" | "over";
  programme: string;
  year: number;
  period: string;
  indicator: string;
  target: number | null;
  expected: number | null;
  shortfall: number | null;
}

const KINDS: readonly string[] = ["new", "worse", "over"];
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** The alert that an event tells; none where it is of another kind, or of a shape that this console does not know. */
export function shortfallOf(event: Schemas["EventRead"]): Shortfall[] {
  const { kind, programme, year, period, indicator, target, expected, shortfall } = event.data as Record<string, unknown>;
  const isOne =
    event.type === "assessment.shortfall" &&
    typeof kind === "string" &&
    KINDS.includes(kind) &&
    typeof programme === "string" &&
    typeof year === "number" &&
    typeof period === "string" &&
    typeof indicator === "string";
  if (!isOne) return [];
  return [
    {
      id: event.id,
      at: event.occurred_at,
      kind: kind as Shortfall["kind"],
      programme,
      year,
      period,
      indicator,
      target: number(target),
      expected: number(expected),
      shortfall: number(shortfall),
    },
  ];
}
