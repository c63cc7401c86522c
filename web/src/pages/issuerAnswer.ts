/** What an organisation's sign-in page has sent a browser back with, and which organisation it is of. */
export interface IssuerAnswer {
  organisation_id: string;
  id_token: string;
}

/**
 * An id_token stands in the fragment (`response_mode=fragment`), which no server gets to see; the organisation in the
 * address that the page was told to come back to, as `organisation_id`, or in the `state` that it hands through.
 */
export function issuerAnswer(search: string, hash: string): IssuerAnswer | null {
  const told = new URLSearchParams(hash.replace(/^#/, ""));
  const id_token = told.get("id_token");
  if (!id_token) return null;
  const organisation_id = new URLSearchParams(search).get("organisation_id") ?? told.get("state") ?? "";
  return { organisation_id, id_token };
}

/** A token as it was copied: line breaks and blanks are no part of one. */
export function tokenOf(typed: string): string {
  return typed.replace(/\s+/g, "");
}
