import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, type RenderResult } from "@testing-library/react";
import { App } from "antd";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { afterEach, vi } from "vitest";
import { api, type Schemas } from "../api/client";
import "../i18n";
import { SessionProvider } from "../shell/session";

// What is still drawn when its window has gone fails there.
afterEach(cleanup);

/** Whoever the tests sign in as: a bureau that may do everything that is named. */
export function signedIn(permissions: Schemas["Permission"][] = []): Schemas["SessionRead"] {
  const organisation = { id: "org_1", kind: "bureau", name: "嘉善县", region_code: "330421" };
  return { organisation, person: null, permissions, expires_at: null, must_change_password: false } as unknown as Schemas["SessionRead"];
}

/** What jsdom has not: media queries and sizes; and a service that answers as told, by an operation's path, else with an empty list. */
export function withoutBrowser(answers: Record<string, unknown> = {}): void {
  window.matchMedia = (query) =>
    ({ matches: false, media: query, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }) as unknown as MediaQueryList;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  // In place of the client's own way out: outside of a browser it knows no address that begins with a slash.
  vi.spyOn(api, "GET").mockImplementation(((path: string) =>
    Promise.resolve({ data: answers[path] ?? { items: [], next_cursor: null }, response: new Response() })) as never);
}

/** A part of the console as it stands on its page. */
export function within(children: ReactNode, session = signedIn(), client = quiet()): ReactNode {
  return (
    <QueryClientProvider client={client}>
      <App>
        <MemoryRouter>
          <SessionProvider session={session}>{children}</SessionProvider>
        </MemoryRouter>
      </App>
    </QueryClientProvider>
  );
}

const quiet = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });

/** Draws a part of the console. */
export function rendered(children: ReactNode, session = signedIn()): RenderResult {
  return render(within(children, session));
}
