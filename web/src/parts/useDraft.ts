import { useState } from "react";
import { onto, rebased, same, type Kept } from "./rebased";

/** What is typed over a row, which stays when the row is read anew; `save` notes what the service has stored of it. */
export function useDraft<T extends { version: number }>(row: T) {
  const [kept, keep] = useState<Kept<T>>({ origin: row, read: row, draft: row });
  // What was stored from here is known before it is read anew.
  if (row.version > kept.read.version) keep(onto(kept, row));
  return {
    ...kept,
    /** Somebody else has changed the row since the first of what is typed was typed. */
    isBehind: kept.origin !== kept.read,
    set: (change: Partial<T>) =>
      keep((before) => {
        const draft = { ...before.draft, ...change };
        return { ...before, draft, origin: same(draft, before.read) ? before.read : before.origin };
      }),
    replace: (draft: T) => keep((before) => ({ ...before, draft })),
    discard: () => keep(({ read }) => ({ origin: read, read, draft: read })),
    seen: () => keep((before) => ({ ...before, origin: before.read })),
    stored: (sent: T, answer: T) =>
      keep((before) => ({ origin: answer, read: answer, draft: rebased(sent, answer, before.draft) })),
  };
}
