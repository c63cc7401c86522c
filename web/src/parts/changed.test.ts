import { expect, test } from "vitest";
import { changed } from "./changed";

test("only what differs is sent, and what was emptied is sent as null", () => {
  const row = { name: "庆元", since: "2026-01-01", until: null, evidence: null, version: 3 };
  expect(changed(row, { name: "庆元", since: null, until: "2026-12-31", evidence: undefined })).toEqual({ since: null, until: "2026-12-31" });
  expect(changed({ types: ["a"] }, { types: ["a", "b"] })).toEqual({ types: ["a", "b"] });
  expect(changed(row, { name: "庆元" })).toEqual({});
});
