/** A part of a whole as points of a hundred, always with one digit, so that a column of them lines up. */
export function points(part: number): string {
  return (part * 100).toFixed(1);
}

// Each takes as long to make as a hundred figures take to write.
const FORMATS = new Map<number, Intl.NumberFormat>();

function formatOf(digits: number): Intl.NumberFormat {
  const made = FORMATS.get(digits) ?? new Intl.NumberFormat("zh-CN", { maximumFractionDigits: digits });
  FORMATS.set(digits, made);
  return made;
}

/** A figure as people write it: grouped digits, at most two after the point, "—" for none. */
export function figure(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined) return "—";
  return formatOf(digits).format(value);
}
