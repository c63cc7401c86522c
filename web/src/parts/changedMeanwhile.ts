import { isMap, same } from "./rebased";

/** A field, or an entry of a field that is a map. */
export type Path = [field: string] | [field: string, entry: string];

/** What somebody else has changed while one was typing. */
export interface Change {
  path: Path;
  before: unknown;
  after: unknown;
  /** What stands in the form, which is theirs or one's own. */
  mine: unknown;
  isMine: boolean;
}

/** What became of a row between two readings of it, beside what stands in the form; maps are taken apart. */
export function changedMeanwhile(origin: object, read: object, draft: object, unsaid: readonly string[]): Change[] {
  const [old, now, own] = [origin, read, draft].map(flat) as [Flat, Flat, Flat];
  return [...new Map([...now, ...old]).entries()]
    .filter(([key, { path }]) => !unsaid.includes(path[0]) && !same(old.get(key)?.value, now.get(key)?.value))
    .map(([key, { path }]) => {
      const [before, after, mine] = [old, now, own].map((fields) => fields.get(key)?.value ?? null);
      return { path, before, after, mine, isMine: !same(after, mine) };
    });
}

/** The row with this value at this place; null takes an entry out of its map. */
export function put<T extends object>(row: T, [field, entry]: Path, value: unknown): T {
  if (entry === undefined) return { ...row, [field]: value };
  const { [entry]: _, ...others } = ((row as Record<string, unknown>)[field] ?? {}) as Record<string, unknown>;
  return { ...row, [field]: value === null ? others : { ...others, [entry]: value } };
}

type Flat = Map<string, { path: Path; value: unknown }>;

function flat(row: object): Flat {
  const entries = Object.entries(row).flatMap(([field, value]): [Path, unknown][] =>
    isMap(value) ? Object.entries(value).map(([entry, one]) => [[field, entry], one]) : [[[field], value]],
  );
  return new Map(entries.map(([path, value]) => [path.join("\n"), { path, value }]));
}
