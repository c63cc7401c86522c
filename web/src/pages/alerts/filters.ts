import type { Schemas } from "../../api/client";

type Search = Schemas["SavedSearchRead"];
type Filters = NonNullable<Search["filters"]>;

/** What the form of a saved search holds beside its subject. */
export interface FilterValues {
  province?: string | null;
  region_codes?: string[];
  site_kinds?: Filters["site_kinds"];
  programmes?: Filters["programmes"];
}

/** The filters as they are sent: all members, so that a merge patch takes away what was taken away; null for none. */
export function filtersOf({ province, region_codes, site_kinds, programmes }: FilterValues): Filters | null {
  const filters: Filters = {
    province: province || null,
    region_codes: region_codes ?? [],
    site_kinds: site_kinds ?? [],
    programmes: programmes ?? [],
  };
  const isEmpty = filters.province === null && Object.values(filters).every((one) => one === null || (Array.isArray(one) && one.length === 0));
  return isEmpty ? null : filters;
}

/** What a search is for, by which of its three subjects it has. */
export function subjectOf(search: Pick<Search, "project_id" | "profile_id">): "forProject" | "forProfile" | "forText" {
  if (search.profile_id) return "forProfile";
  return search.project_id ? "forProject" : "forText";
}

/** How a search stands: told, noting what fits already, or paused and why. */
export function stateOf(search: Pick<Search, "active" | "evaluated_at" | "paused_because">): "active" | "noting" | "paused_asked" | "paused_subject_gone" {
  if (!search.active) return search.paused_because === "subject_gone" ? "paused_subject_gone" : "paused_asked";
  return search.evaluated_at === null ? "noting" : "active";
}
