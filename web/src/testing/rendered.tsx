import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, type RenderResult } from "@testing-library/react";
import { App } from "antd";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { vi } from "vitest";
import type { Schemas } from "../api/client";
import "../i18n";
import { SessionProvider } from "../shell/session";

/** Whoever the tests sign in as: a bureau that may do everything that is named. */
export function signedIn(permissions: Schemas["Permission"][] = []): Schemas["SessionRead"] {
  const organisation = { id: "org_1", kind: "bureau", name: "嘉善县", region_code: "330421" };
  return { organisation, person: null, permissions, expires_at: null, must_change_password: false } as unknown as Schemas["SessionRead"];
}

/** What jsdom has not: media queries and sizes; and a service that answers every list with nothing. */
export function withoutBrowser(answers: Record<string, unknown> = {}): void {
  window.matchMedia = (query) =>
    ({ matches: false, media: query, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }) as unknown as MediaQueryList;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  vi.stubGlobal("fetch", (request: Request) => {
    const path = new URL(request.url, "http://localhost").pathname;
    return Promise.resolve(Response.json(answers[path] ?? { items: [], next_cursor: null }));
  });
}

/** Draws a part of the console as it stands on its page. */
export function rendered(children: ReactNode, session = signedIn()): RenderResult {
  return render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <App>
        <MemoryRouter>
          <SessionProvider session={session}>{children}</SessionProvider>
        </MemoryRouter>
      </App>
    </QueryClientProvider>,
  );
}
