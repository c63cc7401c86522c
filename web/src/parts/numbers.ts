/** A figure as people write it: grouped digits, at most two after the point, "—" for none. */
export function figure(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined) return "—";
  return value.toLocaleString("zh-CN", { maximumFractionDigits: digits });
}
