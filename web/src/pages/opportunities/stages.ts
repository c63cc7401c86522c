import type { Schemas } from "../../api/client";

export type Opportunity = Schemas["OpportunityRead"];
export type Stage = Opportunity["stage"];

/** The columns of the board: stages that belong together. */
export const PHASES = [
  ["contact", ["recommended", "contacted"]],
  ["talk", ["site_visit", "negotiating"]],
  ["sign", ["framework_signed", "signed"]],
  ["land", ["company_registered", "site_secured"]],
  ["build", ["under_construction", "completed"]],
  ["run", ["operating", "at_capacity"]],
  ["end", ["ended"]],
] as const satisfies readonly (readonly [string, readonly Stage[]])[];

export type Phase = (typeof PHASES)[number][0];

/** How many there are, as far as they were read: "10+" where more follow. */
export function countText(read: number, hasMore: boolean): string {
  return hasMore ? `${read}+` : String(read);
}

export const STAGES: Stage[] = PHASES.flatMap(([, stages]) => [...stages]);

/** The side for which an organisation speaks; null where it speaks for both, or for none. */
export function sideOf(row: Opportunity, organisation: string): "project" | "profile" | null {
  const project = row.project_organisation_id === organisation || row.project_field_team_id === organisation;
  const profile = row.profile_organisation_id === organisation || row.profile_field_team_id === organisation;
  return project === profile ? null : project ? "project" : "profile";
}

export const MILESTONE_KINDS = [
  "project_filing",
  "environmental_assessment",
  "energy_assessment",
  "company_registration",
  "land_auction",
  "construction_permit",
  "grid_supply",
  "completion_acceptance",
  "start_of_operation",
  "funds_in_place",
  "other",
] as const;

export const END_REASONS = [
  "land_short",
  "power_short",
  "labour",
  "price",
  "industry_unfit",
  "environment",
  "distance",
  "policy",
  "investor_withdrew",
  "other",
] as const;

export const RESULTS = ["accepted", "refused", "signed", "funds_in_place", "ended"] as const satisfies Schemas["OutcomeRead"]["result"][];

/** Whether an outcome is only taken with its reason. */
export function wantsReason(result: Schemas["OutcomeRead"]["result"] | undefined): boolean {
  return result === "refused" || result === "ended";
}
