/** The If-Match of a change to this very state of a row: the service's ETag of a single resource is its version. */
export function versionTag(row: { version: number }): { "if-match": string } {
  return { "if-match": `"v${row.version}"` };
}
