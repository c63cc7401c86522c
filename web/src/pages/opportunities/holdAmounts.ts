import type { Schemas } from "../../api/client";

type Hold = Schemas["HoldRead"];

/** The quantities of a hold that are fields of their own; all others stand in its map. */
export const HOLD_FIELDS = ["land_mu", "floor_area_m2", "power_kva", "labour_persons"] as const;
type Field = (typeof HOLD_FIELDS)[number];

export type Amounts = Record<string, number | null | undefined>;

const isField = (name: string): name is Field => (HOLD_FIELDS as readonly string[]).includes(name);

/** Everything that is held, by quantity, the fields first. */
export function amountsOf(hold: Pick<Hold, Field | "quantities">): [name: string, value: number][] {
  const fields = HOLD_FIELDS.flatMap((name): [string, number][] => (hold[name] === null || hold[name] === undefined ? [] : [[name, hold[name]]]));
  return [...fields, ...Object.entries(hold.quantities as Record<string, number>)];
}

/** What can still be committed: held, without a document yet, and of a kind that runs out. */
export function openAmounts(hold: Pick<Hold, Field | "quantities" | "commitments">, warnsOnly: (name: string) => boolean): [string, number][] {
  return amountsOf(hold).filter(([name]) => !(name in hold.commitments) && !warnsOnly(name));
}

/** The body's members for what was filled in; a nought holds nothing and is left out. */
export function bodyOf(amounts: Amounts): Partial<Record<Field, number>> & { quantities: Record<string, number> } {
  const filled = Object.entries(amounts).filter((entry): entry is [string, number] => Boolean(entry[1]));
  return {
    ...Object.fromEntries(filled.filter(([name]) => isField(name))),
    quantities: Object.fromEntries(filled.filter(([name]) => !isField(name))),
  };
}

/** Where the form shows an error of the body: all amounts stand in one group there. */
export function placeOf(path: (string | number)[]): (string | number)[] {
  if (path[0] === "quantities") return ["amounts", ...path.slice(1)];
  return typeof path[0] === "string" && isField(path[0]) ? ["amounts", path[0]] : path;
}

/** What a project says that it needs of quantities that can be held: the first thing to ask for. */
export function neededBy(
  project: Pick<Schemas["ProjectRead"], Field | "quantities"> | undefined,
  capacities: { name: string }[],
): Record<string, number> {
  if (project === undefined) return {};
  const all: Record<string, unknown> = { ...project.quantities, ...Object.fromEntries(HOLD_FIELDS.map((name) => [name, project[name]])) };
  return Object.fromEntries(
    capacities.flatMap(({ name }): [string, number][] => (typeof all[name] === "number" && all[name] > 0 ? [[name, all[name]]] : [])),
  );
}
