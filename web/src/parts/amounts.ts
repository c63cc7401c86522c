import type { Schemas } from "../api/client";
import { figure } from "./numbers";
import { unitName } from "./units";

type Band = Schemas["BandRead"];

/** A figure, a band or a word with its unit, as it stands beside another; "—" for none. */
export function amount(
  value: number | string | null | undefined,
  unit: string,
  language: string,
  band?: Band | null,
): string {
  const name = unitName(unit, language);
  if (band) return `${figure(band.low)}–${figure(band.high)}${name && ` ${name}`}`;
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "—";
  return `${figure(value)}${name && ` ${name}`}`;
}
