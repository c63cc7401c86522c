import { expect, test } from "vitest";
import { asProblem, dataOf, Refused } from "./client";

const answer = (status: number, statusText = "", id?: string) => ({ status, statusText, headers: new Headers(id ? { "X-Request-ID": id } : {}) });

test("the service's own problem is kept as it is", () => {
  const problem = { code: "stale_version", status: 412, detail: "Read it again." };
  expect(asProblem(problem, answer(412))).toBe(problem);
});

test("of a page that a proxy shows nothing is shown but its status", () => {
  const said = asProblem("<html><h1>502 Bad Gateway</h1></html>", answer(502, "Bad Gateway", "abc12345"));
  expect(said).toMatchObject({ code: "unreadable_answer", status: 502, title: "Bad Gateway", detail: "", request_id: "abc12345" });
});

test("a plain sentence is shown", () => {
  expect(asProblem("upstream is away", answer(503)).detail).toBe("upstream is away");
});

test("what is no success is thrown with its problem, an empty success is none", async () => {
  const refused = dataOf(Promise.resolve({ error: { code: "not_found", detail: "x" }, response: new Response(null, { status: 404 }) }));
  await expect(refused).rejects.toBeInstanceOf(Refused);
  await expect(dataOf(Promise.resolve({ response: new Response(null, { status: 204 }) }))).resolves.toBeUndefined();
});
