import { share, type Indicator } from "./risks";

/** What one row of the chart shows, in per cent of the target; `isCut` where something goes beyond the edge. */
export interface Bullet {
  code: string;
  name: string;
  done: number;
  claimed: number;
  low: number;
  expected: number;
  high: number;
  isCut: boolean;
}

const LEAST = 125;
const MOST = 200;

/** Up to where the chart is drawn: what would be far beyond its target must not squeeze all others against the axis. */
export function edgeOf(indicators: Indicator[]): number {
  const shares = indicators.flatMap((one) =>
    [one.done, one.claimed, one.projection.high].map((value) => share(value, one.target) ?? 0),
  );
  return Math.min(MOST, Math.max(LEAST, Math.ceil(Math.max(0, ...shares) / 25) * 25));
}

/** The rows of the indicators that have a target, as they were given. */
export function bulletsOf(indicators: Indicator[]): Bullet[] {
  const edge = edgeOf(indicators);
  return indicators.flatMap((one) => {
    if (!one.target) return [];
    const of = (value: number) => share(value, one.target) ?? 0;
    const values = { done: of(one.done), claimed: of(one.claimed), low: of(one.projection.low), expected: of(one.projection.expected), high: of(one.projection.high) };
    return [{ code: one.code, name: one.name, ...values, isCut: Object.values(values).some((value) => value > edge) }];
  });
}

/** Where a share stands on a chart of this edge, in per cent of its width. */
export function at(value: number, edge: number): number {
  return (100 * Math.min(Math.max(value, 0), edge)) / edge;
}
