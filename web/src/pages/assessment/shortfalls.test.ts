import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { shortfallOf } from "./shortfalls";

const data = { kind: "new", programme: "mountain_sea", year: 2026, period: "year", indicator: "funds_in_place", target: 100, expected: 70, shortfall: 30 };
const event = (changes: Partial<Schemas["EventRead"]>) =>
  ({ id: "evt_1", type: "assessment.shortfall", occurred_at: "2026-11-01T00:00:00Z", subject_id: "org_1", data, ...changes }) as Schemas["EventRead"];

test("an alert is read with what is expected and what is missing", () => {
  expect(shortfallOf(event({}))).toMatchObject([{ id: "evt_1", kind: "new", indicator: "funds_in_place", expected: 70, shortfall: 30 }]);
});

test("another event, or one of a shape that is not known, is no alert", () => {
  expect(shortfallOf(event({ type: "hold.granted" }))).toEqual([]);
  expect(shortfallOf(event({ data: { ...data, kind: "else" } }))).toEqual([]);
  expect(shortfallOf(event({ data: {} }))).toEqual([]);
});

test("a target that was taken back leaves an alert without figures", () => {
  expect(shortfallOf(event({ data: { ...data, kind: "over", target: null, shortfall: null } }))).toMatchObject([{ kind: "over", target: null, shortfall: null }]);
});
