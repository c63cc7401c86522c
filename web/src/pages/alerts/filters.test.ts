import { expect, test } from "vitest";
import { filtersOf, stateOf, subjectOf } from "./filters";

test("no filter at all is null, and one that is set sends the others as empty", () => {
  expect(filtersOf({})).toBeNull();
  expect(filtersOf({ province: "", region_codes: [], site_kinds: [], programmes: [] })).toBeNull();
  expect(filtersOf({ province: "浙江省" })).toEqual({ province: "浙江省", region_codes: [], site_kinds: [], programmes: [] });
});

test.each([
  [{ project_id: "prj_1", profile_id: null }, "forProject"],
  [{ project_id: null, profile_id: "prf_1" }, "forProfile"],
  [{ project_id: null, profile_id: null }, "forText"],
])("a search with %j is %s", (search, subject) => {
  expect(subjectOf(search)).toBe(subject);
});

test.each([
  [{ active: true, evaluated_at: null, paused_because: null }, "noting"],
  [{ active: true, evaluated_at: "2026-11-01T00:00:00Z", paused_because: null }, "active"],
  [{ active: false, evaluated_at: null, paused_because: "asked" }, "paused_asked"],
  [{ active: false, evaluated_at: null, paused_because: "subject_gone" }, "paused_subject_gone"],
] as const)("a search with %j is %s", (search, state) => {
  expect(stateOf(search)).toBe(state);
});
