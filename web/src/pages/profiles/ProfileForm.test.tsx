import { configure, fireEvent, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { api } from "../../api/client";
import { LIMITS } from "../../api/limits";
import { rendered, within, withoutBrowser } from "../../testing/rendered";
import type { Profile } from "./figures";
import { ProfileForm } from "./ProfileForm";
import "./words";

withoutBrowser();
// Drawing a whole form takes a while on a machine that is busy.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

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

test("the form of a profile has a place for every field that the service takes", () => {
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

test("what was typed outlives a change by somebody else, which is told, and is saved over the newer version", async () => {
  const sent = vi.spyOn(api, "PATCH");
  sent.mockResolvedValueOnce({ error: { code: "stale_version", status: 412, detail: "Read it again." }, response: new Response(null, { status: 412 }) } as never);
  const stored = { ...enclave, land_mu: 60, power_kva: 1000, labour_persons: 200 } as Profile;
  const form = (profile: Profile) => within(<ProfileForm profile={profile} mayEdit />);
  const { rerender, getByLabelText, getByRole, findByText, queryByRole } = rendered(<ProfileForm profile={stored} mayEdit />);
  const figure = (name: string) => getByLabelText(name, { selector: "input[id^=figure]" }) as HTMLInputElement;
  const save = () => fireEvent.click(getByRole("button", { name: /保\s?存/ }));
  fireEvent.change(figure("土地"), { target: { value: "600" } });
  fireEvent.change(figure("劳动力"), { target: { value: "2000" } });
  save();
  await findByText("有人在您读取之后作了修改");
  // Somebody else has corrected the land and the power.
  const now = { ...stored, version: 2, land_mu: 66, power_kva: 5000 } as Profile;
  rerender(form(now));
  expect([figure("土地").value, figure("受电容量").value, figure("劳动力").value]).toEqual(["600", "5000", "2000"]);
  const rows = [...getByRole("table", { name: /有人修改了/ }).querySelectorAll("tbody tr[data-row-key]")].map((row) => row.textContent);
  expect(rows).toEqual([expect.stringMatching(/土地60.*66.*600.*采用对方的/), expect.stringMatching(/受电容量1,000.*5,000/)]);
  sent.mockResolvedValueOnce({ data: { ...now, version: 3, land_mu: 600, labour_persons: 2000 }, response: new Response() } as never);
  save();
  await waitFor(() => expect(sent).toHaveBeenCalledTimes(2));
  const [, request] = sent.mock.calls[1] as unknown as [string, { params: { header: object }; body: object }];
  expect(request.params.header).toEqual({ "if-match": '"v2"' });
  expect(request.body).toEqual({ land_mu: 600, labour_persons: 2000 });
  await findByText("没有改动");
  expect(queryByRole("table", { name: /有人修改了/ })).toBeNull();
});

test("theirs can be taken in place of what was typed", () => {
  const stored = { ...enclave, land_mu: 60 } as Profile;
  const { rerender, getByLabelText, getByRole, queryByRole } = rendered(<ProfileForm profile={stored} mayEdit />);
  const land = () => getByLabelText("土地", { selector: "input[id^=figure]" }) as HTMLInputElement;
  fireEvent.change(land(), { target: { value: "600" } });
  rerender(within(<ProfileForm profile={{ ...stored, version: 2, land_mu: 66 } as Profile} mayEdit />));
  fireEvent.click(getByRole("button", { name: "采用对方的" }));
  expect(land().value).toBe("66");
  fireEvent.click(getByRole("button", { name: "知道了" }));
  expect(queryByRole("table", { name: /有人修改了/ })).toBeNull();
});

test("a form that is read anew with nothing typed in it just shows what is so now", () => {
  const { rerender, getByLabelText, queryByRole } = rendered(<ProfileForm profile={enclave} mayEdit />);
  rerender(within(<ProfileForm profile={{ ...enclave, version: 2, land_mu: 66 } as Profile} mayEdit />));
  expect((getByLabelText("土地", { selector: "input[id^=figure]" }) as HTMLInputElement).value).toBe("66");
  expect(queryByRole("table", { name: /有人修改了/ })).toBeNull();
});
