import { expect, test } from "vitest";
import { pagesOf } from "./pages";

test("an administrator, who reads no records, is led to administration and not to a refusal", () => {
  expect(pagesOf(["account:read", "people:read", "keys:read"])).toEqual(["administration"]);
});

test("a clerk has every page whose list may be read", () => {
  expect(pagesOf(["projects:read", "profiles:read", "approvals:read", "events:read"])).toEqual([
    "projects", "profiles", "approvals", "alerts", "administration",
  ]);
});
