import type { Dayjs } from "dayjs";
import type { Schemas } from "../../api/client";
import { asDay, dayOf } from "../../parts/dates";
import type { Profile } from "./figures";

export type Terms = Schemas["EnclaveTermsRead"];
export type Side = Terms["agreed_by"][number];

export const SHARED = ["tax", "output", "energy"] as const;
export const SIDES = ["home", "host"] as const satisfies readonly Side[];
const ENCLAVES: Profile["site_kind"][] = ["enclave_park", "innovation_enclave"];

type ShareName = `${Side}_${(typeof SHARED)[number]}_share`;
export const SHARE_NAMES: ShareName[] = SHARED.flatMap((what) => SIDES.map((side): ShareName => `${side}_${what}_share`));

interface VillageRow {
  village_name?: string;
  region_code?: string;
  capital_10k_cny?: number | null;
  /** In per cent of the capital, a year. */
  yearly_return_rate?: number | null;
  fixed_until?: Dayjs | null;
}

/** What the form holds: shares and rates in per cent, as people say them; the service takes parts of one. */
export type TermsValues = Partial<Record<ShareName, number | null>> & {
  village_investments?: VillageRow[];
  until?: Dayjs | null;
  document_no?: string | null;
  note?: string | null;
};

export const hasTerms = (profile: Profile): boolean => ENCLAVES.includes(profile.site_kind) && profile.home_region_codes.length > 0;

/** For which sides of an enclave an organisation speaks, as the service sees it. */
export function sidesOf(
  organisation: Pick<Schemas["OrganisationRead"], "id" | "kind" | "region_code">,
  terms: { home_region_codes: string[] },
  place: Pick<Profile, "organisation_id" | "unconfirmed"> | undefined,
): Side[] {
  const isHome = ["bureau", "county"].includes(organisation.kind) && terms.home_region_codes.includes(organisation.region_code ?? "");
  const isHost = place !== undefined && place.organisation_id === organisation.id && !place.unconfirmed;
  return [...(isHome ? (["home"] as const) : []), ...(isHost ? (["host"] as const) : [])];
}

const percent = (part: number | null | undefined): number | null => (part === null || part === undefined ? null : round(part * 100));
const part = (value: number | null | undefined): number | null => (value === null || value === undefined ? null : round(value / 100));
const round = (value: number): number => Number(value.toFixed(8));

export function toValues(terms: Terms): TermsValues {
  return {
    ...Object.fromEntries(SHARE_NAMES.map((name) => [name, percent(terms[name])])),
    village_investments: terms.village_investments.map((row) => ({
      ...row,
      yearly_return_rate: percent(row.yearly_return_rate),
      fixed_until: asDay(row.fixed_until),
    })),
    until: asDay(terms.until),
    document_no: terms.document_no,
    note: terms.note,
  };
}

export function toBody(values: TermsValues): Omit<Schemas["EnclaveTermsWrite"], "profile_id"> {
  return {
    ...Object.fromEntries(SHARE_NAMES.map((name) => [name, part(values[name])])),
    village_investments: (values.village_investments ?? []).map((row) => ({
      village_name: row?.village_name ?? "",
      region_code: row?.region_code ?? "",
      capital_10k_cny: row?.capital_10k_cny ?? 0,
      yearly_return_rate: part(row?.yearly_return_rate) ?? 0,
      fixed_until: dayOf(row?.fixed_until),
    })),
    until: dayOf(values.until),
    document_no: values.document_no || null,
    note: values.note || null,
  };
}

/** What the promised returns of the villages come to in a year, in 10k CNY. */
export function yearlyIncome(values: TermsValues): number {
  const rows = values.village_investments ?? [];
  return round(rows.reduce((sum, row) => sum + ((row?.capital_10k_cny ?? 0) * (row?.yearly_return_rate ?? 0)) / 100, 0));
}

/** Whether both shares of a thing together are no more than the whole. */
export function withinWhole(home: number | null | undefined, host: number | null | undefined): boolean {
  return (home ?? 0) + (host ?? 0) <= 100 + 1e-7;
}
