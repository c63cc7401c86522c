export type Fields = Readonly<Record<string, unknown>>;
export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

// Maps whose members are figures of their own; an evidence is shown beside the figure that it is of.
const MAPS = ["quantities", "evidence"];
const NOT_SHOWN = new Set(["status"]);

/**
 * What an approval would change, member by member of the intended body: against the published state, or against
 * nothing where there is none. A member of a map that is left out is taken away.
 */
export function changesOf(before: Fields | null, intended: Fields): Change[] {
  const [old, next] = [flat(before ?? {}), flat(intended)];
  const isOfAMap = (field: string) => field.includes(".");
  const names = [...next.keys(), ...[...old.keys()].filter((field) => isOfAMap(field) && !next.has(field))];
  return names
    .map((field) => ({ field: shortOf(field), before: old.get(field) ?? null, after: next.get(field) ?? null }))
    .filter(({ before: was, after: is }) => !same(was, is));
}

function flat(fields: Fields): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(fields)) {
    // A mark that is set or taken away is told; that a true figure is not made up goes without saying.
    if (NOT_SHOWN.has(name) || (name === "is_synthetic" && value === false)) continue;
    if (MAPS.includes(name)) for (const [key, one] of Object.entries((value ?? {}) as Fields)) found.set(`${name}.${key}`, one);
    else found.set(name, value);
  }
  return found;
}

const shortOf = (field: string) => field.replace(/^quantities\./, "");
const isBlank = (value: unknown): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
const same = (a: unknown, b: unknown) => (isBlank(a) && isBlank(b)) || JSON.stringify(a) === JSON.stringify(b);
