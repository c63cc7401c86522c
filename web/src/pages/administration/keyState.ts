import type { Schemas } from "../../api/client";

/** Whether a key still opens anything: one that has expired needs no revoking to be dead. */
export function keyState(key: Pick<Schemas["KeyRead"], "revoked_at" | "expires_at">, now: Date): "active" | "expired" | "revoked" {
  if (key.revoked_at !== null) return "revoked";
  return key.expires_at !== null && new Date(key.expires_at) <= now ? "expired" : "active";
}
