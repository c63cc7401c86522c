/** One colour for each criterion, told apart on white and on black, in the order in which the service lists them. */
const COLOURS = [
  "#0d9488",
  "#2563eb",
  "#7c3aed",
  "#ca8a04",
  "#dc2626",
  "#db2777",
  "#64748b",
  "#16a34a",
  "#ea580c",
  "#0891b2",
  "#84a20e",
] as const;

export function colourOf(criterion: string, order: readonly string[]): string {
  const at = order.indexOf(criterion);
  return COLOURS[(at < 0 ? 6 : at) % COLOURS.length] ?? "#64748b";
}
