import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, type Problem } from "../api/client";
import { i18n } from "../i18n";
import { ProblemAlert } from "./ProblemAlert";

const refused = (problem: Partial<Problem>) =>
  new Refused({ type: "", title: "T", status: 409, detail: "In English.", code: "x", request_id: "req-1", errors: [], ...problem } as Problem, problem.status ?? 409);

function shown(children: ReactNode, client = new QueryClient()) {
  return render(<QueryClientProvider client={client}>{children}</QueryClientProvider>);
}

beforeEach(() => i18n.changeLanguage("zh"));
afterEach(cleanup);

test("in Chinese the title is of the code, with the service's sentence and the request's id below", () => {
  shown(<ProblemAlert error={refused({ code: "webhook_disabled" })} />);
  expect(screen.getByText("推送已停用，请先启用")).toBeTruthy();
  expect(screen.getByText("In English.").lang).toBe("en");
  expect(screen.getByText(/req-1/)).toBeTruthy();
});

test("what to do next stands below it in the reader's language, and hides neither the sentence nor the request's id", async () => {
  shown(<ProblemAlert error={refused({ code: "capacity_unknown" })} />);
  expect(screen.getByText(/请载体所在的县在档案里填上这项数量并发布/).textContent).toMatch(/^下一步：/);
  expect(screen.getByText("In English.")).toBeTruthy();
  expect(screen.getByText(/req-1/)).toBeTruthy();
  cleanup();
  await i18n.changeLanguage("en");
  shown(<ProblemAlert error={refused({ code: "capacity_unknown" })} />);
  expect(screen.getByText(/Have the county enter this quantity/).textContent).toMatch(/^What to do next: /);
});

test("in English the service's sentence is the title and stands once", async () => {
  await i18n.changeLanguage("en");
  shown(<ProblemAlert error={refused({ code: "webhook_disabled" })} />);
  expect(screen.getAllByText("In English.")).toHaveLength(1);
});

test("each field is told by its name and in Chinese, with what the service says of figures", () => {
  const errors = [{ pointer: "/indicators/2/terms/0", code: "other_nature", detail: "jobs is a stock." }];
  shown(<ProblemAlert error={refused({ status: 422, code: "invalid", errors })} nameOf={() => "带动就业"} />);
  expect(screen.getByRole("listitem").textContent).toContain("带动就业");
  expect(screen.getByRole("listitem").textContent).toContain("流量与时点数不能混用");
  expect(screen.getByRole("listitem").textContent).toContain("jobs is a stock.");
});

test("what somebody else has changed is read anew where it shows, and then the one who is asked again says so", async () => {
  const client = new QueryClient();
  const anew = vi.spyOn(client, "invalidateQueries");
  shown(<ProblemAlert error={refused({ status: 412, code: "stale_version" })} />, client);
  fireEvent.click(screen.getByRole("button", { name: "读取最新内容" }));
  await waitFor(() => expect(screen.getByRole("status").textContent).toContain("已读取最新内容"));
  expect(anew).toHaveBeenCalledOnce();
});

test("whose session has ended is led to sign in", async () => {
  const client = new QueryClient();
  client.setQueryData(["session"], { organisation: {} });
  shown(<ProblemAlert error={refused({ status: 401, code: "session_ended" })} />, client);
  fireEvent.click(screen.getByRole("button", { name: "去登录" }));
  expect(client.getQueryData(["session"])).toBeNull();
});

test("a service that cannot be reached is tried again, and no other fault is taken for one", () => {
  const retry = vi.fn();
  const { rerender } = shown(<ProblemAlert error={new TypeError("Failed to fetch")} retry={retry} />);
  fireEvent.click(screen.getByRole("button"));
  expect(retry).toHaveBeenCalledOnce();
  rerender(
    <QueryClientProvider client={new QueryClient()}>
      <ProblemAlert error={new Error("这种文件读不了：a.pdf")} />
    </QueryClientProvider>,
  );
  expect(screen.getByText("这种文件读不了：a.pdf")).toBeTruthy();
});

test("without an error there is nothing", () => {
  expect(shown(<ProblemAlert error={null} />).container.textContent).toBe("");
});
