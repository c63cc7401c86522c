import { QueryClient } from "@tanstack/react-query";
import { act, configure, fireEvent, render, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { api } from "../../api/client";
import { signedIn, within, withoutBrowser } from "../../testing/rendered";
import { PackDrawer } from "./PackDrawer";
import type { Pack } from "./packs";
import "./setWords";
import "./words";

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

const chance = (expected: number) => ({ low: 0, expected, high: 1 });
const line = (code: string, name_zh: string, points: number) => ({
  code, name_zh, name_en: code, unit: "x", unit_zh: "个", nature: "flow", direction: "higher", counts: "amount", carry_months: 1,
  window_from: "01-01", window_until: "12-31", points, rank_points: 0, is_stepped: false, by_ratio: [], by_rank: [], terms: [], source: "",
});
const pack = {
  id: "pak_1", organisation_id: "org_1", name: "方案", programme: "mountain_sea", year: 2026, note: null, is_example: false, version: 1,
  indicators: [line("funds", "到位资金", 20), line("jobs", "带动就业", 10)],
  outlook: { claimed: chance(0.5), confirmed: chance(0.8), delay: chance(30), stages: { signed: chance(0.4) } },
} as unknown as Pack;

test("what was changed of a pack outlives a change by somebody else, which is told and not undone", async () => {
  const stored = { "/v1/indicator-packs/{pack_id}": pack };
  withoutBrowser(stored);
  const client = new QueryClient();
  const { findByLabelText, findByText, getByLabelText, getByRole } = render(
    within(<PackDrawer id="pak_1" onClose={() => {}} />, signedIn(["targets:write"]), client),
  );
  fireEvent.change(await findByLabelText("方案名称"), { target: { value: "我的方案" } });
  stored["/v1/indicator-packs/{pack_id}"] = { ...pack, version: 2, note: "改过", indicators: [line("funds", "到位资金", 25), pack.indicators[1]!] } as unknown as Pack;
  await act(() => client.invalidateQueries());
  await findByText("您填写期间，有人修改了以下 2 项");
  expect((getByLabelText("方案名称") as HTMLInputElement).value).toBe("我的方案");
  const sent = vi.spyOn(api, "PUT").mockResolvedValue({ data: { ...stored["/v1/indicator-packs/{pack_id}"], name: "我的方案", version: 3 }, response: new Response() } as never);
  fireEvent.click(getByRole("button", { name: "保存方案" }));
  await waitFor(() => expect(sent).toHaveBeenCalledOnce());
  const [, request] = sent.mock.calls[0] as unknown as [string, { params: { header: object }; body: Pack }];
  expect(request.params.header).toEqual({ "if-match": '"v2"' });
  expect([request.body.name, request.body.note, request.body.indicators[0]?.points]).toEqual(["我的方案", "改过", 25]);
  expect(request.body.outlook).toEqual(pack.outlook);
});
