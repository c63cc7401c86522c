import { expect, test } from "vitest";
import { scopeOf } from "./scope";

const of = (text: string) => scopeOf(new URLSearchParams(text), 2026);

test("an address without a scope is this year's whole of mountain-sea", () => {
  expect(of("")).toEqual({ year: 2026, programme: "mountain_sea", period: "year", organisation_id: undefined });
});

test("an address names its scope", () => {
  expect(of("year=2025&programme=east_west&period=first_half&organisation_id=org_1")).toEqual({
    year: 2025,
    programme: "east_west",
    period: "first_half",
    organisation_id: "org_1",
  });
});

test.each(["year=x", "year=1", "programme=none", "period=never"])("%s is passed over", (text) => {
  expect(of(text)).toEqual(of(""));
});
