import { expect, test } from "vitest";
import { COUNTRY, degrees, fanned, grouped, nameSide, proportion, shortName, viewOf, type View } from "./geometry";

test("a view holds all of its points and keeps the country's proportion", () => {
  const points = [
    { lon: 120.9, lat: 30.9 },
    { lon: 103.8, lat: 33.2 },
    { lon: 119.1, lat: 27.6 },
  ];
  const view = viewOf(points);
  for (const { lon, lat } of points) {
    expect(lon).toBeGreaterThan(view.lon[0]);
    expect(lon).toBeLessThan(view.lon[1]);
    expect(lat).toBeGreaterThan(view.lat[0]);
    expect(lat).toBeLessThan(view.lat[1]);
  }
  expect(proportion(view)).toBeCloseTo(proportion(COUNTRY), 9);
});

test("one point is not shown through a microscope, and none shows the country", () => {
  const view = viewOf([{ lon: 120, lat: 30 }]);
  expect(view.lat[1] - view.lat[0]).toBeCloseTo(6);
  expect(viewOf([])).toEqual(COUNTRY);
});

const at = (lon: number, lat: number, name: string) => ({ lon, lat, name });

test("points that would cover one another in this view are one group, at the place of the first", () => {
  const points = [at(119, 27.6, "a"), at(110, 30, "b"), at(119, 27.6, "c"), at(119.4, 27.7, "d")];
  const names = (view: View) => grouped(points, view).map(({ lon, members }) => [lon, members.map(({ name }) => name).join("")]);
  expect(names(COUNTRY)).toEqual([[119, "acd"], [110, "b"]]);
  // Nearer by, what lies apart is seen apart.
  expect(names(viewOf([at(119, 27.6, "")]))).toEqual([[119, "ac"], [110, "b"], [119.4, "d"]]);
});

test.each([2, 6, 10, 27, 60])("%i points of a group are laid out so that none covers another and none leaves the picture", (count) => {
  // In a corner, where there is no room all around.
  const members = Array.from({ length: count }, (_, place) => at(135.5, 18, String(place)));
  const [group] = grouped(members, COUNTRY);
  const spots = fanned(group!, COUNTRY);
  expect(spots.map(({ name }) => name)).toEqual(members.map(({ name }) => name));
  expect(grouped(spots, COUNTRY, 0.05)).toHaveLength(count);
  for (const { lon, lat } of spots) {
    expect(lon).toBeGreaterThan(COUNTRY.lon[0]);
    expect(lon).toBeLessThan(COUNTRY.lon[1]);
    expect(lat).toBeGreaterThan(COUNTRY.lat[0]);
    expect(lat).toBeLessThan(COUNTRY.lat[1]);
  }
});

test.each([
  [120, "lon", "120°E"],
  [-3.25, "lat", "3.3°S"],
] as const)("%s on the axis %s is %s", (value, axis, text) => {
  expect(degrees(value, axis)).toBe(text);
});

test.each([
  ["浙江省", "浙江"],
  ["内蒙古自治区", "内蒙古"],
  ["广西壮族自治区", "广西"],
  ["北京市", "北京"],
])("%s is called %s", (name, short) => {
  expect(shortName(name)).toBe(short);
});

test.each([
  [115, 121, "left"],
  [120.5, 121, "right"],
  [75, 121, "right"],
  [134, 121, "left"],
  [105, undefined, "right"],
] as const)("the name of a point at %s, the origin at %s, stands %s", (lon, origin, side) => {
  expect(nameSide(lon, origin, COUNTRY)).toBe(side);
});
