import { expect, test } from "vitest";
import { LIMITS } from "../../api/limits";
import { rendered, withoutBrowser } from "../../testing/rendered";
import type { Profile } from "./figures";
import { ProfileForm } from "./ProfileForm";
import "./words";

withoutBrowser();

const nothing = Object.fromEntries(Object.keys(LIMITS.ProfileWrite).map((name) => [name, null]));
const enclave = {
  ...nothing,
  id: "prf_1",
  version: 1,
  status: "draft",
  region_code: "330421",
  site_kind: "enclave_park",
  as_of: "2026-06-01",
  home_region_codes: [],
  leading_industries: [],
  industry_codes: [],
  materials: [],
  restricted_industries: [],
  restricted_fields: [],
  quantities: {},
  evidence: {},
  bands: {},
  is_synthetic: false,
} as unknown as Profile;

// Drawing a whole form takes a while on a machine that is busy.
test("the form of a profile has a place for every field that the service takes", { timeout: 60_000 }, () => {
  const { container, getByText, getByLabelText } = rendered(<ProfileForm profile={enclave} mayEdit />);
  // What is no input of its own: turned by buttons of the page, or said of each figure beside it.
  const elsewhere = ["status", "evidence", "restricted_fields", "quantities", "materials", "restricted_industries", "is_synthetic"];
  const missing = Object.keys(LIMITS.ProfileWrite).filter(
    (name) => !elsewhere.includes(name) && container.querySelector(`#place-${name}, #figure-${name}`) === null,
  );
  expect(missing).toEqual([]);
  for (const word of ["添加一种原材料", "添加限制行业"]) expect(getByText(word)).toBeTruthy();
  expect(getByLabelText("这些数字是合成的演示数据，不是真实情况")).toBeTruthy();
  expect(getByLabelText("添加其他要素")).toBeTruthy();
});

test("who may not edit finds no field to write in", () => {
  const { container } = rendered(<ProfileForm profile={enclave} mayEdit={false} />);
  expect(container.querySelectorAll("input, textarea")).toHaveLength(0);
});
