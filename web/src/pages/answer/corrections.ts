import type { Schemas } from "../../api/client";

export type Asked = Schemas["AskedProfile"];
export type AskedField = Asked["fields"][number];
export type Value = AskedField["value"];
export type Values = Record<string, Value>;

/** How a field is filled in; what is no fact is a figure. */
export function kindOf(field: string): "number" | "date" | "land_use" | "text" {
  if (field === "land_use") return "land_use";
  if (field === "description") return "text";
  return field.endsWith("_on") || field === "valid_until" ? "date" : "number";
}

/** The profile as it is stated now, as the form begins. */
export function stated(fields: AskedField[]): Values {
  return Object.fromEntries(fields.map(({ field, value }) => [field, value]));
}

/** What differs from what is stated: this alone is sent, all else is confirmed as it stands. */
export function corrections(fields: AskedField[], values: Values): Values {
  const changed = fields.filter(({ field, value }) => plain(values[field]) !== plain(value));
  return Object.fromEntries(changed.map(({ field }) => [field, plain(values[field])]));
}

/** Figures that are stated and left as they are: the answer vouches for them. */
export function confirmed(fields: AskedField[], values: Values): number {
  return fields.filter(({ field, value }) => plain(value) !== null && plain(values[field]) === plain(value)).length;
}

function plain(value: Value | undefined): Value {
  return value === undefined || value === "" ? null : value;
}
