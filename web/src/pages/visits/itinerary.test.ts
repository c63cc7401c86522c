import { expect, test } from "vitest";
import { byDay, visitOf, type Itinerary } from "./itinerary";
import { toBody, type VisitValues } from "./values";

const stop = (profile_id: string, on: string) => ({ profile_id, on, site_name: profile_id, region_code: "331126", region_name: "庆元", distance_km: 1 });
const itinerary: Itinerary = {
  stops: [stop("prf_a", "2026-12-08"), stop("prf_b", "2026-12-08"), stop("prf_c", "2026-12-09")],
  total_km: 3,
  text: "",
  without_position: [],
  index_revision: 1,
};

test("the stops of a day stay in their order", () => {
  expect(byDay(itinerary.stops).map(([day, stops]) => [day, stops.map(({ profile_id }) => profile_id)])).toEqual([
    ["2026-12-08", ["prf_a", "prf_b"]],
    ["2026-12-09", ["prf_c"]],
  ]);
});

test("an itinerary is entered as a visit over the same days, with the same stops", () => {
  const body = toBody({ ...visitOf(itinerary, { project_id: "prj_1", purpose: "考察" }) } as VisitValues);
  expect([body.project_id, body.starts_on, body.ends_on]).toEqual(["prj_1", "2026-12-08", "2026-12-09"]);
  expect(body.stops?.map(({ profile_id, on }) => [profile_id, on])).toEqual([
    ["prf_a", "2026-12-08"],
    ["prf_b", "2026-12-08"],
    ["prf_c", "2026-12-09"],
  ]);
});
