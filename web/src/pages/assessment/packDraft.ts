import { bodyOf, type Line, type Pack, type PackWrite } from "./packs";

type Chances = Record<string, Pack["outlook"]["claimed"] | Pack["outlook"]["delay"]>;

/** A pack while it is being changed: each assumption of the outlook stands by itself, so that each keeps what was typed. */
export interface PackDraft extends Omit<PackWrite, "outlook"> {
  outlook: Chances;
  version: number;
}

export function toDraft(pack: Pack): PackDraft {
  const { outlook, ...body } = bodyOf(pack);
  const { stages, ...rest } = outlook ?? pack.outlook;
  return { ...body, outlook: { ...rest, ...stages }, version: pack.version };
}

export function outlookOf({ outlook }: Pick<PackDraft, "outlook">): Pack["outlook"] {
  const { claimed, confirmed, delay, ...stages } = outlook;
  return { claimed, confirmed, delay, stages } as Pack["outlook"];
}

export function fromDraft({ version: _, outlook, ...body }: PackDraft): PackWrite {
  return { ...body, outlook: outlookOf({ outlook }) };
}

/** The draft with its lines as a map, each by its code, as they are told apart when two have changed the pack. */
export function byLine({ indicators, ...draft }: PackDraft): Omit<PackDraft, "indicators"> & { indicators: Record<string, Line> } {
  return { ...draft, indicators: Object.fromEntries(indicators.map((line) => [line.code, line])) };
}

export function byRow({ indicators, ...draft }: ReturnType<typeof byLine>): PackDraft {
  return { ...draft, indicators: Object.values(indicators) };
}
