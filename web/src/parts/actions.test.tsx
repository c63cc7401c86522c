import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { App, Form, Input } from "antd";
import { MemoryRouter, useLocation } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, type Problem } from "../api/client";
import { i18n } from "../i18n";
import { ActButton, FormDialog } from "./actions";

interface Values {
  source: string;
  evidence: string;
}

function Where() {
  const { pathname, search } = useLocation();
  return <output>{pathname + search}</output>;
}

function around(children: React.ReactNode) {
  return (
    <QueryClientProvider client={new QueryClient()}>
      <App>
        <MemoryRouter>
          {children}
          <Where />
        </MemoryRouter>
      </App>
    </QueryClientProvider>
  );
}

function dialog(initial: Values, run: (values: Values) => Promise<unknown>) {
  return around(
    <FormDialog<Values> label="open" initial={initial} run={run} changes={[]}>
      <Form.Item name="source" label="source">
        <Input />
      </Form.Item>
      <Form.Item name="evidence" label="evidence">
        <Input />
      </Form.Item>
    </FormDialog>,
  );
}

const stale = new Refused({ type: "", title: "", status: 412, detail: "", code: "stale_version", request_id: "r", errors: [] } as unknown as Problem, 412);
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));

// A dialog takes its time where many tests run at once.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  // What jsdom has not.
  Element.prototype.scrollIntoView = vi.fn();
  void i18n.changeLanguage("zh");
  window.matchMedia ??= vi.fn().mockReturnValue({ matches: false, addListener() {}, removeListener() {}, addEventListener() {}, removeEventListener() {} });
});
afterEach(cleanup);

test("what was read anew stands wherever nothing was typed, and what was typed is kept", async () => {
  const sent: Values[] = [];
  const run = vi.fn(async (values: Values) => {
    sent.push(values);
    if (sent.length === 1) throw stale;
  });
  const { rerender } = render(dialog({ source: "old", evidence: "old" }, run));
  press("open");
  fireEvent.change(await screen.findByLabelText("source"), { target: { value: "mine" } });
  press(/OK|确/);
  await screen.findByText("有人在您读取之后作了修改");
  rerender(dialog({ source: "theirs", evidence: "theirs" }, run));
  const evidence = () => (screen.getByLabelText("evidence") as HTMLInputElement).value;
  await waitFor(() => expect(evidence()).toBe("theirs"));
  rerender(dialog({ source: "theirs", evidence: "once more" }, run));
  await waitFor(() => expect(evidence()).toBe("once more"));
  press(/OK|确/);
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]).toEqual({ source: "mine", evidence: "once more" });
});

test("a dialog that is opened again begins anew, also with what its rows hold", async () => {
  const rows = { source: "old", people: [{ name: "张敏" }, { name: "李强" }] };
  render(
    around(
      <FormDialog<typeof rows> label="open" initial={rows} run={async () => undefined} changes={[]}>
        <Form.Item name="source" label="source">
          <Input />
        </Form.Item>
        <Form.List name="people">
          {(fields, { remove }) =>
            fields.map(({ key, name }) => (
              <Form.Item key={key} name={[name, "name"]}>
                <Input aria-label="name" suffix={<button type="button" aria-label={`remove ${name}`} onClick={() => remove(name)} />} />
              </Form.Item>
            ))
          }
        </Form.List>
      </FormDialog>,
    ),
  );
  const names = () => screen.queryAllByLabelText("name").map((input) => (input as HTMLInputElement).value);
  press("open");
  await waitFor(() => expect(names()).toEqual(["张敏", "李强"]));
  fireEvent.change(screen.getByLabelText("source"), { target: { value: "typed" } });
  press("remove 0");
  await waitFor(() => expect(names()).toEqual(["李强"]));
  press(/Cancel|取/);
  await waitFor(() => expect(screen.queryByLabelText("source")).toBeNull());
  press("open");
  await waitFor(() => expect(names()).toEqual(["张敏", "李强"]));
  expect((screen.getByLabelText("source") as HTMLInputElement).value).toBe("old");
});

test("what waits for a second person is said to wait, with the way to it", async () => {
  const approval = { id: "apv_1", action: "hold.release", noun: "hold", noun_id: "hld_1", payload: {}, state: "submitted" };
  render(around(<ActButton label="release" sentence="?" run={async () => approval} changes={[]} />));
  press("release");
  press(/OK|确/);
  expect(await screen.findByText("已提交，等待第二人审批")).toBeTruthy();
  press("查看这项审批");
  await waitFor(() => expect(screen.getByText("/approvals?id=apv_1")).toBeTruthy());
});

test("what is done is said to be done and nothing else", async () => {
  render(around(<ActButton label="act" sentence="?" run={async () => ({ id: "sub_1", submitted_by_person_id: "usr_1" })} changes={[]} />));
  press("act");
  press(/OK|确/);
  expect(await screen.findByText("已完成")).toBeTruthy();
  expect(screen.queryByText("已提交，等待第二人审批")).toBeNull();
});
