export interface Point {
  lon: number;
  lat: number;
}

export interface View {
  lon: [number, number];
  lat: [number, number];
}

/** The whole country, roughly. */
export const COUNTRY: View = { lon: [73, 136], lat: [17.5, 54] };

/** A degree of longitude is shorter than one of latitude; in the middle of the country by this much. */
const SHORTER = Math.cos((34 * Math.PI) / 180);

/** How many times as wide as high a picture of this view is, so that distances look alike both ways. */
export function proportion({ lon, lat }: View): number {
  return ((lon[1] - lon[0]) * SHORTER) / (lat[1] - lat[0]);
}

/** The smallest view, of the country's proportion, that shows all points with room around them. */
export function viewOf(points: Point[], least = 6): View {
  if (points.length === 0) return COUNTRY;
  const lons = points.map(({ lon }) => lon);
  const lats = points.map(({ lat }) => lat);
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  const span = (values: number[]) => (Math.max(...values) - Math.min(...values)) * 1.2;
  const ratio = proportion(COUNTRY);
  const height = Math.max(least, span(lats), (span(lons) * SHORTER) / ratio);
  const width = (height * ratio) / SHORTER;
  const [lon, lat] = [middle(lons), middle(lats)];
  return { lon: [lon - width / 2, lon + width / 2], lat: [lat - height / 2, lat + height / 2] };
}

/** On which side of its point a name stands: away from the origin, but inside the picture. */
export function nameSide(lon: number, origin: number | undefined, view: View): "left" | "right" {
  const across = (lon - view.lon[0]) / (view.lon[1] - view.lon[0]);
  if (across > 0.78) return "left";
  if (across < 0.22) return "right";
  return origin !== undefined && lon < origin - (view.lon[1] - view.lon[0]) * 0.05 ? "left" : "right";
}

/** Points that fall on one another, put round the place where they are, so that each can be seen. */
export function spread<T extends Point>(points: T[], radius = 0.18): T[] {
  const seen = new Map<string, number>();
  return points.map((point) => {
    const key = `${point.lon.toFixed(3)} ${point.lat.toFixed(3)}`;
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    if (before === 0) return point;
    const angle = before * 2.4; // the golden angle: no two of a dozen come close
    return {
      ...point,
      lon: point.lon + (radius * Math.cos(angle)) / SHORTER,
      lat: point.lat + radius * Math.sin(angle),
    };
  });
}

/** A province as people call it: 浙江, 内蒙古, 广西. */
export function shortName(name: string): string {
  return name.replace(/(省|市|特别行政区|(壮族|回族|维吾尔)?自治区)$/, "");
}

/** Ticks of an axis: degrees, and which side of the globe. */
export function degrees(value: number, axis: "lon" | "lat"): string {
  const side = axis === "lon" ? (value < 0 ? "W" : "E") : value < 0 ? "S" : "N";
  return `${Math.abs(Number(value.toFixed(1)))}°${side}`;
}
