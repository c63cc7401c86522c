import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

const KEY = "shanhai-key";

/** A key that was typed in instead of a sign-in; it lives as long as the tab. */
export const keptKey = {
  get: () => sessionStorage.getItem(KEY),
  set: (key: string) => sessionStorage.setItem(KEY, key),
  clear: () => sessionStorage.removeItem(KEY),
};

export const language = {
  current: "zh" as "zh" | "en",
};

export const api = createClient<paths>({ baseUrl: "/" });

api.use({
  onRequest({ request }) {
    const key = keptKey.get();
    if (key) request.headers.set("Authorization", `Bearer ${key}`);
    // Changes by a cookie carry this, so that no foreign page can send them.
    request.headers.set("X-Requested-With", "shanhai");
    request.headers.set("Accept-Language", language.current === "en" ? "en" : "zh-CN");
    return request;
  },
});

/** For whoever holds a one-time link: nothing but its secret goes along, also where somebody is signed in. */
export function linkedBy(secret: string) {
  const linked = createClient<paths>({ baseUrl: "/", credentials: "omit" });
  linked.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${secret}`);
      request.headers.set("Accept-Language", language.current === "en" ? "en" : "zh-CN");
      return request;
    },
  });
  return linked;
}

/** What the service said against a request: its problem, in its own words. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    readonly status: number,
  ) {
    super(problem.detail ?? problem.title);
  }
}

type Answered<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer; throws `Refused` with the problem where there is none. */
export async function dataOf<T>(asked: Promise<Answered<T>>): Promise<T> {
  return (await answerOf(asked)).data;
}

/** The data and the ETag of an answer, for a change that follows. */
export async function answerOf<T>(asked: Promise<Answered<T>>): Promise<{ data: T; etag: string | null }> {
  const { data, error, response } = await asked;
  if (!response.ok) throw new Refused(asProblem(error, response), response.status);
  return { data: data as T, etag: response.headers.get("ETag") };
}

/** The problem of an answer, also where something between has answered in place of the service. */
export function asProblem(error: unknown, response: Pick<Response, "status" | "statusText" | "headers">): Problem {
  if (typeof error === "object" && error !== null && "code" in error) return error as Problem;
  return {
    type: "about:blank",
    title: response.statusText || "Error",
    status: response.status,
    // What a proxy says stands as a page; only a plain sentence is worth showing.
    detail: typeof error === "string" && error.length <= 300 && !error.includes("<") ? error : "",
    code: "unreadable_answer",
    request_id: response.headers.get("X-Request-ID") ?? "",
  } as Problem;
}
