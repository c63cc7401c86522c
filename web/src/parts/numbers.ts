/** A part of a whole as points of a hundred, always with one digit, so that a column of them lines up. */
export function points(part: number): string {
  return (part * 100).toFixed(1);
}

/** A figure as people write it: grouped digits, at most two after the point, "—" for none. */
export function figure(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined) return "—";
  return value.toLocaleString("zh-CN", { maximumFractionDigits: digits });
}
