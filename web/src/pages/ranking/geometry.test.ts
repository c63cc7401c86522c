import { expect, test } from "vitest";
import { COUNTRY, degrees, nameSide, proportion, shortName, spread, viewOf } from "./geometry";

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

test("points of one county part, others stay where they are", () => {
  const [a, b, c] = spread([
    { lon: 120, lat: 30 },
    { lon: 120, lat: 30 },
    { lon: 110, lat: 30 },
  ]);
  expect(a).toEqual({ lon: 120, lat: 30 });
  expect(b).not.toEqual(a);
  expect(Math.hypot(b!.lon - 120, b!.lat - 30)).toBeLessThan(0.3);
  expect(c).toEqual({ lon: 110, lat: 30 });
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
