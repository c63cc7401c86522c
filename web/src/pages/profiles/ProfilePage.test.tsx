import { configure } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { LIMITS } from "../../api/limits";
import { rendered, signedIn, withoutBrowser } from "../../testing/rendered";
import type { Profile } from "./figures";
import ProfilePage from "./ProfilePage";

// A whole page takes a while on a machine that is busy.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

const nothing = Object.fromEntries(Object.keys(LIMITS.ProfileWrite).map((name) => [name, null]));
const lists = { home_region_codes: [], leading_industries: [], industry_codes: [], materials: [], restricted_industries: [], restricted_fields: [] };
const place = {
  ...nothing,
  ...lists,
  id: "prf_1",
  version: 1,
  status: "published",
  region_code: "331126",
  site_kind: "industrial_park",
  site_name: "庆元竹木产业园",
  as_of: "2026-06-01",
  quantities: {},
  evidence: {},
  bands: {},
  is_synthetic: false,
} as unknown as Profile;

function page(whose: Partial<Profile>) {
  withoutBrowser({ "/v1/profiles/{profile_id}": { ...place, ...whose } });
  return rendered(<ProfilePage />, signedIn(["profiles:write"]));
}

test("whoever has entered a profile for a county may ask the county about it", async () => {
  const { findByRole, getByRole } = page({ organisation_id: null, unconfirmed: true, entered_by_organisation_id: "org_1" });
  expect(await findByRole("button", { name: "请县方核对" })).toBeTruthy();
  expect(getByRole("tab", { name: "请县方核对" })).toBeTruthy();
});

test("nobody is offered to ask about a profile of their very own", async () => {
  const { findByRole, queryByRole, queryByText } = page({ organisation_id: "org_1", unconfirmed: false, entered_by_organisation_id: "org_1" });
  expect(await findByRole("button", { name: /删\s?除/ })).toBeTruthy();
  expect(queryByRole("button", { name: /核对/ })).toBeNull();
  expect(queryByRole("tab", { name: "请县方核对" })).toBeNull();
  expect(queryByText("请县方核对")).toBeNull();
});
