import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { amountsOf, bodyOf, neededBy, openAmounts, placeOf } from "./holdAmounts";

const hold = {
  land_mu: 20,
  floor_area_m2: null,
  power_kva: 500,
  labour_persons: 30,
  quantities: { steam_t_per_h: 2 },
  commitments: { land_mu: { amount: 20, document_no: "庆土让〔2026〕12号", committed_at: "2026-11-01T00:00:00Z" } },
} as unknown as Schemas["HoldRead"];

test("fields and registered quantities are held alike", () => {
  expect(amountsOf(hold)).toEqual([
    ["land_mu", 20],
    ["power_kva", 500],
    ["labour_persons", 30],
    ["steam_t_per_h", 2],
  ]);
});

test("what has its document, and what never blocks, is not asked for one", () => {
  expect(openAmounts(hold, (name) => name === "labour_persons")).toEqual([
    ["power_kva", 500],
    ["steam_t_per_h", 2],
  ]);
});

test("a body names what was filled in, the registered quantities in their map", () => {
  expect(bodyOf({ land_mu: 20, power_kva: 0, floor_area_m2: null, steam_t_per_h: 2 })).toEqual({
    land_mu: 20,
    quantities: { steam_t_per_h: 2 },
  });
});

test("an error of either kind of quantity finds its field", () => {
  expect(placeOf(["land_mu"])).toEqual(["amounts", "land_mu"]);
  expect(placeOf(["quantities", "steam_t_per_h"])).toEqual(["amounts", "steam_t_per_h"]);
  expect(placeOf(["expires_at"])).toEqual(["expires_at"]);
});

test("of what a project needs only what can be held is asked for", () => {
  const project = { land_mu: 60, floor_area_m2: null, power_kva: 0, labour_persons: 200, quantities: { steam_t_per_h: 2, clear_height_m: 9 } };
  const capacities = ["land_mu", "power_kva", "labour_persons", "steam_t_per_h"].map((name) => ({ name }));
  expect(neededBy(project as never, capacities)).toEqual({ land_mu: 60, labour_persons: 200, steam_t_per_h: 2 });
  expect(neededBy(undefined, capacities)).toEqual({});
});
