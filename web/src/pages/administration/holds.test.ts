import { expect, test } from "vitest";
import { holds } from "./holds";

const rule = { name: "enough_land", title: "土地足够", fields: ["land_mu", "largest_parcel_mu"], fixable: true, valid_from: null };

test.each([
  ["", true],
  ["  ", true],
  ["土地", true],
  ["LARGEST", true],
  ["电", false],
  ["true", false],
])("a row is found by %j: %s", (typed, found) => {
  expect(holds(rule, typed)).toBe(found);
});
