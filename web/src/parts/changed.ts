/** What differs of a form from the row that it was opened with: a merge patch that touches nothing else. */
export function changed<T extends object>(before: object, after: T): Partial<T> {
  const old = before as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value ?? null) !== JSON.stringify(old[name] ?? null)),
  ) as Partial<T>;
}
