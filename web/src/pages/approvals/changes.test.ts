import { expect, test } from "vitest";
import { changesOf } from "./changes";

const published = {
  land_mu: 60,
  power_kva: 2000,
  leading_industries: ["家具"],
  quantities: { dormitory_beds: 100, gas_m3_per_h: 5 },
  evidence: { land_mu: { as_of: "2026-01-01", source: "资规局", document_no: null } },
  is_chemical_park: null,
  id: "prf_1",
  version: 3,
};

test("only what differs is shown, members of maps one by one, what is left out of a map as taken away", () => {
  const intended = {
    land_mu: 80,
    power_kva: 2000,
    leading_industries: ["家具", "竹木"],
    quantities: { dormitory_beds: 120 },
    evidence: { land_mu: { as_of: "2026-11-01", source: "资规局", document_no: null } },
    is_chemical_park: null,
    status: "published",
  };
  expect(changesOf(published, intended)).toEqual([
    { field: "land_mu", before: 60, after: 80 },
    { field: "leading_industries", before: ["家具"], after: ["家具", "竹木"] },
    { field: "dormitory_beds", before: 100, after: 120 },
    { field: "evidence.land_mu", before: published.evidence.land_mu, after: intended.evidence.land_mu },
    { field: "gas_m3_per_h", before: 5, after: null },
  ]);
});

test("of a first publication everything is shown that says something", () => {
  const intended = { site_name: "二期", land_mu: 0, lon: null, materials: [], is_synthetic: false, quantities: {}, status: "published" };
  expect(changesOf(null, intended)).toEqual([
    { field: "site_name", before: null, after: "二期" },
    { field: "land_mu", before: null, after: 0 },
  ]);
});

test("a mark that is set or taken away is a change, and no is another answer than unknown", () => {
  const change = (before: unknown, after: unknown) => changesOf({ is_chemical_park: before }, { is_chemical_park: after });
  expect(change(true, false)).toEqual([{ field: "is_chemical_park", before: true, after: false }]);
  expect(change(null, false)).toEqual([{ field: "is_chemical_park", before: null, after: false }]);
  expect(changesOf({ is_synthetic: true }, { is_synthetic: false })).toEqual([]);
});
