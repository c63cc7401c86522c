import { expect, test } from "vitest";
import { sidesOf, toBody, toValues, withinWhole, yearlyIncome, type Terms } from "./terms";

const terms = {
  home_tax_share: 0.5,
  host_tax_share: 0.333,
  home_output_share: null,
  host_output_share: null,
  home_energy_share: 0.29,
  host_energy_share: 0.7,
  village_investments: [
    { village_name: "示例村", region_code: "331126", capital_10k_cny: 100, yearly_return_rate: 0.08, fixed_until: "2031-12-31" },
  ],
  until: null,
  document_no: "嘉庆飞地〔2026〕1号",
  note: null,
} as unknown as Terms;

test("shares are shown in per cent and sent as parts of one, to the last digit", () => {
  const values = toValues(terms);
  expect(values).toMatchObject({ home_tax_share: 50, host_tax_share: 33.3, home_energy_share: 29, home_output_share: null });
  expect(values.village_investments?.[0]?.yearly_return_rate).toBe(8);
  expect(toBody(values)).toEqual(terms);
});

test("a village's return is its capital times its rate, a row that is not filled in brings nothing", () => {
  expect(yearlyIncome({ village_investments: [{ capital_10k_cny: 100, yearly_return_rate: 8 }, {}] })).toBe(8);
});

test.each([
  [50, 50, true],
  [33.3, 66.7, true],
  [60, 41, false],
  [null, 100, true],
])("%s and %s per cent are within the whole: %s", (home, host, is) => {
  expect(withinWhole(home, host)).toBe(is);
});

test("an organisation may stand on both sides, and a department of the home region on none", () => {
  const place = { organisation_id: "org_1", unconfirmed: false };
  const of = (id: string, kind: "bureau" | "department", region_code: string) =>
    sidesOf({ id, kind, region_code }, { home_region_codes: ["331126"] }, place);
  expect(of("org_1", "bureau", "331126")).toEqual(["home", "host"]);
  expect(of("org_2", "department", "331126")).toEqual([]);
  expect(of("org_3", "bureau", "330421")).toEqual([]);
  expect(sidesOf({ id: "org_1", kind: "bureau", region_code: "330421" }, { home_region_codes: [] }, { ...place, unconfirmed: true })).toEqual([]);
});
