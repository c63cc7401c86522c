import type { Schemas } from "../../api/client";
import { limitOf, objectionTo, type Objection } from "../../parts/limits";
import type { Profile } from "./figures";

type Quantity = Pick<Schemas["QuantityRead"], "name" | "maximum">;

const ROWS = {
  restricted_industries: ["RestrictedIndustry", ["code", "condition"]],
  materials: ["Material", ["name", "quantity_per_year", "max_haul_km"]],
} as const;

/** What the service would refuse of a draft, by the path of the field; before anything is sent. */
export function objections(draft: Profile, registered: Quantity[]): Map<string, Objection> {
  const found = new Map<string, Objection>();
  const look = (path: string, objection: Objection | null) => objection && found.set(path, objection);
  for (const [field, value] of Object.entries(draft)) look(field, objectionTo(limitOf("ProfileWrite", field), value));
  for (const [name, value] of Object.entries(draft.quantities as Record<string, unknown>)) {
    const maximum = registered.find((one) => one.name === name)?.maximum;
    look(`quantities.${name}`, objectionTo({ minimum: 0, ...(maximum === undefined ? {} : { maximum }) }, value));
  }
  for (const list of ["restricted_industries", "materials"] as const) {
    const [body, fields] = ROWS[list];
    draft[list].forEach((row, place) => {
      for (const field of fields)
        look(`${list}.${place}.${field}`, objectionTo(limitOf(body, field), (row as Record<string, unknown>)[field]));
    });
  }
  return found;
}
