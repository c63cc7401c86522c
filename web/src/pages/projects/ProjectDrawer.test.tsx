import { configure, fireEvent, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { api, type Schemas } from "../../api/client";
import { LIMITS } from "../../api/limits";
import { rendered, within, withoutBrowser } from "../../testing/rendered";
import { BLANK, toBody } from "./fields";
import { ProjectDrawer } from "./ProjectDrawer";

withoutBrowser();
// Drawing a whole form takes a while on a machine that is busy.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

test("the form of a project has a place for every field that the service takes", () => {
  const { baseElement, getByText } = rendered(<ProjectDrawer open onClose={() => {}} onSaved={() => {}} />);
  const missing = Object.keys(LIMITS.ProjectWrite).filter((name) => baseElement.querySelector(`#${name}`) === null);
  // These two are lists of rows, each begun by a button.
  expect(missing).toEqual(["materials", "quantities"]);
  for (const word of ["添加一种原材料", "添加一项要素"]) expect(getByText(word)).toBeTruthy();
});

test("what was typed of a project outlives a change by somebody else and undoes nothing of it", async () => {
  const added = { id: "prj_1", organisation_id: "org_1", stage: "registered", version: 1, created_at: "", updated_at: "", bands: {}, withheld: [] };
  const data = { ...toBody(BLANK), ...added, name: "竹木家具", industry_code: "C2110", origin_region_code: "330421", land_mu: 60, power_kva: 1000, quantities: { steam_t_per_h: 2 } } as unknown as Schemas["ProjectRead"];
  const drawer = (stored: { data: Schemas["ProjectRead"]; etag: string }) => <ProjectDrawer open stored={stored} onClose={() => {}} onSaved={() => {}} />;
  const { rerender, getByLabelText, findByText, getByRole } = rendered(drawer({ data, etag: '"v1"' }));
  const figure = (name: string) => getByLabelText(name, { selector: "input" }) as HTMLInputElement;
  fireEvent.change(figure("土地"), { target: { value: "600" } });
  const now = { ...data, version: 2, land_mu: 66, power_kva: 5000, quantities: { steam_t_per_h: 3 } } as unknown as Schemas["ProjectRead"];
  rerender(within(drawer({ data: now, etag: '"v2"' })));
  await findByText("您填写期间，有人修改了以下 3 项");
  expect([figure("土地").value, figure("受电容量").value]).toEqual(["600", "5000"]);
  const sent = vi.spyOn(api, "PUT").mockResolvedValue({ data: { ...now, version: 3 }, response: new Response() } as never);
  fireEvent.click(getByRole("button", { name: /保\s?存/ }));
  await waitFor(() => expect(sent).toHaveBeenCalledOnce());
  const [, request] = sent.mock.calls[0] as unknown as [string, { params: { header: object }; body: object }];
  expect(request.params.header).toEqual({ "if-match": '"v2"' });
  expect(request.body).toMatchObject({ land_mu: 600, power_kva: 5000, quantities: { steam_t_per_h: 3 } });
});
