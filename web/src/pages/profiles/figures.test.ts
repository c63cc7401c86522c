import { expect, test } from "vitest";
import { completeness, differences, patchOf, type Profile } from "./figures";

const profile = {
  site_kind: "county",
  land_mu: 130,
  leading_industries: [],
  industry_codes: ["C21"],
  quantities: { largest_parcel_mu: 85 },
  evidence: {},
  bands: { power_kva: { low: 1, high: 2 } },
  floor_area_m2: null,
  labour_persons: null,
  power_kva: null,
} as unknown as Profile;

test("a banded figure counts as known, an empty list as missing", () => {
  const { missing } = completeness(profile);
  expect(missing).toContain("floor_area_m2");
  expect(missing).toContain("leading_industries");
  expect(missing).not.toContain("power_kva");
  expect(missing).not.toContain("environment_unit");
});

test("differences take the map of quantities apart", () => {
  const after = { ...profile, land_mu: 150, quantities: { largest_parcel_mu: 85, steam_t_per_h: 3 } } as Profile;
  expect(differences(profile, after).map(({ field }) => field)).toEqual(["land_mu", "steam_t_per_h"]);
});

test("a patch names only what changed, with null for what was taken out", () => {
  expect(patchOf({ land_mu: 1, quantities: { a: 1, b: 2 } }, { land_mu: 1, quantities: { a: 1 } })).toEqual({
    quantities: { a: 1, b: null },
  });
});
