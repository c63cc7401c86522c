import { expect, test } from "vitest";
import { countText, PHASES, sideOf, STAGES, wantsReason, type Opportunity } from "./stages";

const row = {
  project_organisation_id: "org_a",
  profile_organisation_id: "org_b",
  project_field_team_id: "org_t",
  profile_field_team_id: "org_t",
} as Opportunity;

test.each([
  ["org_a", "project"],
  ["org_b", "profile"],
  ["org_t", null],
  ["org_x", null],
])("%s speaks for the side %s", (organisation, side) => {
  expect(sideOf(row, organisation)).toBe(side);
});

test("a column says how many were read, and that more follow", () => {
  expect(countText(10, true)).toBe("10+");
  expect(countText(3, false)).toBe("3");
});

test("every stage stands in one phase of the board", () => {
  expect(new Set(STAGES).size).toBe(STAGES.length);
  expect(PHASES.flatMap(([, stages]) => [...stages])).toEqual(STAGES);
});

test("who refuses or ends says why, who signs need not", () => {
  expect([wantsReason("refused"), wantsReason("ended"), wantsReason("signed"), wantsReason(undefined)]).toEqual([true, true, false, false]);
});
