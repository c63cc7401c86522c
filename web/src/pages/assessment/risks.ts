import type { Schemas } from "../../api/client";

export type Assessment = Schemas["AssessmentRead"];
export type Indicator = Schemas["IndicatorRead"];

export const RISK_COLOUR: Record<Indicator["risk"], string> = {
  out_of_reach: "red",
  at_risk: "orange",
  likely: "gold",
  safe: "green",
  met: "green",
  no_target: "default",
};

const ORDER: Indicator["risk"][] = ["out_of_reach", "at_risk", "likely", "safe", "met", "no_target"];

/** The indicators with the most in danger first: by risk, then by the points that are expected to be missed. */
export function byRisk(indicators: Indicator[]): Indicator[] {
  const missed = (one: Indicator) => one.points_full - one.points_open - one.points_expected;
  return [...indicators].sort(
    (a, b) => ORDER.indexOf(a.risk) - ORDER.indexOf(b.risk) || missed(b) - missed(a),
  );
}

/** Per cent of the target; null without one, for the chart leaves such an indicator out. */
export function share(value: number, target: number | null): number | null {
  return target === null || target === 0 ? null : Math.round((1000 * value) / target) / 10;
}
