import type { Schemas } from "../api/client";

/** The pages of the menu, each with a permission without which nothing would be on it. */
export const PAGES = [
  ["projects", "projects:read"],
  ["profiles", "profiles:read"],
  ["opportunities", "opportunities:read"],
  ["approvals", "approvals:read"],
  ["alerts", "events:read"],
  ["assessment", "assessments:read"],
  ["administration", "account:read"],
] as const satisfies readonly (readonly [string, Schemas["Permission"]])[];

export type PageName = (typeof PAGES)[number][0];

/** The pages that somebody with these permissions can use; administration, with one's own account, always. */
export function pagesOf(permissions: readonly string[]): PageName[] {
  return PAGES.filter(([page, needed]) => page === "administration" || permissions.includes(needed)).map(([page]) => page);
}
