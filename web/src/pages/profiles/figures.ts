import type { Schemas } from "../../api/client";
import { daysSince } from "../../parts/dates";

export type Profile = Schemas["ProfileRead"];
/** The figures of the form by their groups, each with the service's unit. */
export const GROUPS = {
  groupCapacity: [
    ["land_mu", "mu"],
    ["floor_area_m2", "m2"],
    ["power_kva", "kVA"],
    ["labour_persons", "persons"],
  ],
  groupPrice: [
    ["land_price_10k_cny_per_mu", "10k CNY/mu"],
    ["rent_cny_per_m2_month", "CNY/(m2·month)"],
    ["tariff_cny_per_kwh", "CNY/kWh"],
    ["wage_cny_per_month", "CNY/month"],
  ],
  groupAdmission: [
    ["min_investment_10k_cny_per_mu", "10k CNY/mu"],
    ["min_tax_10k_cny_per_mu", "10k CNY/mu"],
    ["min_tax_cny_per_m2", "CNY/m2"],
    ["max_energy_tce_per_10k_cny", "tce/10k CNY"],
  ],
} as const satisfies Record<string, readonly (readonly [keyof Profile, string])[]>;

/** What a project asks most often; an unknown one is "to confirm" in every ranking. */
const MAIN = [
  "land_mu",
  "floor_area_m2",
  "power_kva",
  "labour_persons",
  "land_price_10k_cny_per_mu",
  "rent_cny_per_m2_month",
  "tariff_cny_per_kwh",
  "wage_cny_per_month",
  "land_use",
  "environment_unit",
  "leading_industries",
  "industry_codes",
] as const;

/** Short facts that an office knows without a drawing; with the figures they are what a county can be asked. */
const FACTS = ["land_use", "land_ready_on", "power_ready_on", "valid_until", "description"] as const;

/** The fields of a profile that a county can be asked about, beside the registered quantities. */
export function askable(): string[] {
  return [...Object.values(GROUPS).flatMap((group) => group.map(([field]) => field)), ...FACTS];
}

/** What is worth asking first: capacities and prices, and whatever else is stated already. */
export function mainOf(profile: Profile): string[] {
  const first: string[] = [...GROUPS.groupCapacity, ...GROUPS.groupPrice].map(([field]) => field);
  const others = askable().filter((field) => !first.includes(field) && profile[field as keyof Profile] !== null);
  return [...first, ...others, ...Object.keys(profile.quantities)];
}

/** How much of the main part is known, and what is not; a band counts as known. */
export function completeness(profile: Profile): { percent: number; missing: string[] } {
  // A county as a whole lies in several control units: nothing is missing there.
  const asked = MAIN.filter((name) => !(name === "environment_unit" && profile.site_kind === "county"));
  const missing = asked.filter((name) => {
    const value = profile[name];
    return !(name in profile.bands) && (value === null || (Array.isArray(value) && value.length === 0));
  });
  return { percent: Math.round((100 * (asked.length - missing.length)) / asked.length), missing };
}

/** How old a figure is: by its own evidence, else by the day of the profile. */
export function ageOf(profile: Profile, name?: string): number {
  return daysSince((name && profile.evidence[name]?.as_of) || profile.as_of);
}

/** How an age is written: figures of land and power hold for about half a year. */
export function ageType(days: number): "warning" | "danger" | undefined {
  return days <= 180 ? undefined : days <= 365 ? "warning" : "danger";
}

const NOT_COMPARED = new Set(["id", "version", "created_at", "updated_at", "approved_by", "status", "bands", "unconfirmed"]);

export interface Difference {
  field: string;
  before: unknown;
  after: unknown;
}

/** What a version has changed against the one before it; the maps are taken apart. */
export function differences(before: Profile, after: Profile): Difference[] {
  const flat = (profile: Profile): Map<string, unknown> => {
    const { quantities, evidence, ...rest } = profile;
    const entries: [string, unknown][] = Object.entries(rest).filter(([name]) => !NOT_COMPARED.has(name));
    for (const [name, value] of Object.entries(quantities as Record<string, unknown>)) entries.push([name, value]);
    for (const [name, value] of Object.entries(evidence)) entries.push([`evidence.${name}`, value]);
    return new Map(entries);
  };
  const [old, now] = [flat(before), flat(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names
    .map((field) => ({ field, before: old.get(field) ?? null, after: now.get(field) ?? null }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
}

type Patch = Record<string, unknown>;

/** The merge patch that makes `before` into `after`: only what changed, null for what was taken out of a map. */
export function patchOf(before: Patch, after: Patch): Patch {
  const patch: Patch = {};
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    if (JSON.stringify(old ?? null) === JSON.stringify(value ?? null)) continue;
    if (name === "evidence" || name === "quantities") {
      const gone = Object.keys((old ?? {}) as Patch).filter((key) => !(key in ((value ?? {}) as Patch)));
      patch[name] = { ...(value as Patch), ...Object.fromEntries(gone.map((key) => [key, null])) };
    } else patch[name] = value ?? null;
  }
  return patch;
}
