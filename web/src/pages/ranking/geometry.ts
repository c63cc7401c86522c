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

export interface Group<T> extends Point {
  members: T[];
}

/** Points that would cover one another in this view, nearer than a part of its height, as one where the first is. */
export function grouped<T extends Point>(points: T[], { lat }: View, near = 0.035): Group<T>[] {
  const least = (lat[1] - lat[0]) * near;
  const groups: Group<T>[] = [];
  for (const point of points) {
    const found = groups.find((one) => Math.hypot((one.lon - point.lon) * SHORTER, one.lat - point.lat) < least);
    if (found) found.members.push(point);
    else groups.push({ lon: point.lon, lat: point.lat, members: [point] });
  }
  return groups;
}

/** Between rings of an opened group, and between points of a ring, as parts of the picture's height. */
const APART = 0.08;

/** The points of a group on rings around it, the first innermost, moved as far as the picture's edge demands. */
export function fanned<T extends Point>({ lon, lat, members }: Group<T>, view: View): T[] {
  const height = view.lat[1] - view.lat[0];
  const placed: { radius: number; angle: number }[] = [];
  for (let ring = 1; placed.length < members.length; ring += 1) {
    const room = Math.floor(2 * Math.PI * ring);
    const count = Math.min(room, members.length - placed.length);
    for (let place = 0; place < count; place += 1) placed.push({ radius: ring * APART * height, angle: (2 * Math.PI * place) / count });
  }
  const radius = (placed.at(-1)?.radius ?? 0) + (APART * height) / 2;
  const inside = (value: number, [low, high]: [number, number], margin: number) => Math.min(Math.max(value, low + margin), high - margin);
  const middle = { lon: inside(lon, view.lon, radius / SHORTER), lat: inside(lat, view.lat, radius) };
  return members.map((member, place) => {
    const { radius: from = 0, angle = 0 } = placed[place] ?? {};
    return { ...member, lon: middle.lon + (from * Math.sin(angle)) / SHORTER, lat: middle.lat + from * Math.cos(angle) };
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
