import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { BLANK, placeOf, toBody, toForm } from "./fields";

const read = {
  ...toBody({ ...BLANK, name: "家具", industry_code: "C2110", origin_region_code: "330421" }),
  land_mu: 60,
  quantities: { dormitory_beds: 30 },
  id: "prj_1",
  organisation_id: "org_1",
  stage: "registered",
  version: 1,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  bands: {},
  withheld: [],
} as unknown as Schemas["ProjectRead"];

test("a project that is edited and saved unchanged says what it said", () => {
  const body = toBody(toForm(read)) as Record<string, unknown>;
  expect(body).toMatchObject({ name: "家具", land_mu: 60, quantities: { dormitory_beds: 30 } });
  for (const added of ["id", "organisation_id", "stage", "version", "bands", "withheld"]) expect(body).not.toHaveProperty(added);
});

test("an emptied field is null and an unfinished row is none", () => {
  const body = toBody({
    ...BLANK,
    name: "x",
    investor_name: "",
    quantities: [{ name: "steam_t_per_h", value: null }, { value: 3 }, { name: "gas_m3_per_h", value: 0 }],
    materials: [{ name: "" }, { name: "竹材" }] as never,
  });
  expect(body.investor_name).toBeNull();
  expect(body.quantities).toEqual({ gas_m3_per_h: 0 });
  expect(body.materials).toEqual([{ name: "竹材" }]);
  expect(body.industry_code).toBe("");
});

test("an error of a quantity stands at its row, and one of a dry run at its field", () => {
  const place = placeOf({ ...BLANK, quantities: [{ name: "gas_m3_per_h" }, { name: "steam_t_per_h" }] });
  expect(place(["quantities", "steam_t_per_h"])).toEqual(["quantities", 1, "value"]);
  expect(place(["project", "land_mu"])).toEqual(["land_mu"]);
  expect(place(["materials", 0, "name"])).toEqual(["materials", 0, "name"]);
});
