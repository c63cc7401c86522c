/**
 * A draft over a row that somebody else has changed meanwhile: what was changed here stays, all else is as it is now.
 * Maps are put together by their entries, words by each word, rows by their code or name; else a field is one whole.
 */
export function rebased<T extends object>(before: T, now: T, draft: T): T {
  return merged(before as Entries, now as Entries, draft as Entries, value) as T;
}

/** What a form knows: what it began from, what was read last, and what stands in it. */
export interface Kept<T> {
  origin: T;
  read: T;
  draft: T;
}

/** The form over a row that has been read anew. */
export function onto<T extends object>({ origin, read, draft }: Kept<T>, now: T): Kept<T> {
  return { origin: same(read, draft) ? now : origin, read: now, draft: rebased(read, now, draft) };
}

/** Whether two values say the same; what is left out, null and an emptied text all say nothing. */
export function same(one: unknown, other: unknown): boolean {
  return said(one) === said(other);
}

const said = (what: unknown) => JSON.stringify(what === "" ? null : (what ?? null));

type Entries = Record<string, unknown>;
type Merge = (before: unknown, now: unknown, draft: unknown) => unknown;

function merged(before: Entries, now: Entries, draft: Entries, both: Merge): Entries {
  const names = [...new Set([...Object.keys(now), ...Object.keys(draft)])];
  return Object.fromEntries(
    names.flatMap((name) => {
      if (same(draft[name], before[name])) return name in now ? [[name, now[name]]] : [];
      return name in draft ? [[name, both(before[name], now[name], draft[name])]] : [];
    }),
  );
}

const mine: Merge = (_, __, draft) => draft;

function value(before: unknown, now: unknown, draft: unknown): unknown {
  if ([before, now, draft].every(isMap)) return merged(before as Entries, now as Entries, draft as Entries, mine);
  if (![before, now, draft].every(Array.isArray)) return draft;
  const [old, theirs, own] = [before, now, draft].map((rows) => byKey(rows as unknown[]));
  if (!old || !theirs || !own) return draft;
  return Object.values(merged(old, theirs, own, mine));
}

export function isMap(what: unknown): what is Entries {
  return typeof what === "object" && what !== null && Object.getPrototypeOf(what) === Object.prototype;
}

/** Rows by what tells them apart; null where nothing does. */
function byKey(rows: unknown[]): Entries | null {
  const keyed = rows.map((row): [unknown, unknown] => [isMap(row) ? (row["code"] ?? row["name"]) : row, row]);
  if (!keyed.every(([key]) => typeof key === "string" && key !== "")) return null;
  // Something before the key: a code of digits alone would be moved to the front.
  const entries = Object.fromEntries(keyed.map(([key, row]) => [`=${String(key)}`, row]));
  return Object.keys(entries).length === rows.length ? entries : null;
}
