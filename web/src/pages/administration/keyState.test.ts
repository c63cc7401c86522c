import { expect, test } from "vitest";
import { keyState } from "./keyState";

const now = new Date("2026-11-01T00:00:00Z");
test.each([
  [null, null, "active"],
  [null, "2026-11-02T00:00:00Z", "active"],
  [null, "2026-11-01T00:00:00Z", "expired"],
  ["2026-10-01T00:00:00Z", null, "revoked"],
  ["2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z", "revoked"],
] as const)("revoked at %s and expiring at %s, a key is %s", (revoked_at, expires_at, state) => {
  expect(keyState({ revoked_at, expires_at }, now)).toBe(state);
});
