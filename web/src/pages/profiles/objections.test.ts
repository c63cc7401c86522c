import { expect, test } from "vitest";
import type { Profile } from "./figures";
import { objections } from "./objections";

const draft = {
  region_code: "331126",
  site_kind: "county",
  as_of: "2026-06-01",
  site_name: "庆元",
  land_mu: 130,
  quantities: { steam_t_per_h: 3 },
  restricted_industries: [{ code: "C26", level: "prohibited", condition: null }],
  materials: [{ name: "毛竹" }],
  evidence: {},
} as unknown as Profile;
const registered = [{ name: "steam_t_per_h", maximum: 100 }];

test("a draft that the service would take meets no objection", () => {
  expect(objections(draft, registered).size).toBe(0);
});

test("figures, registered quantities and rows are each told at their own field", () => {
  const bad = {
    ...draft,
    tariff_cny_per_kwh: 640,
    site_name: null,
    quantities: { steam_t_per_h: 101 },
    restricted_industries: [...draft.restricted_industries, { code: "", level: "conditional" }],
    materials: [{ name: "", quantity_per_year: -1 }],
  } as unknown as Profile;
  expect(Object.fromEntries(objections(bad, registered))).toEqual({
    tariff_cny_per_kwh: { word: "most", bound: 100 },
    "quantities.steam_t_per_h": { word: "most", bound: 100 },
    "restricted_industries.1.code": { word: "required" },
    "materials.0.name": { word: "required" },
    "materials.0.quantity_per_year": { word: "least", bound: 0 },
  });
});
