import { expect, test } from "vitest";
import { limitOf, objectionTo } from "./limits";

test("the bounds of a figure are those of the service's document", () => {
  const limit = limitOf("ProfileWrite", "tariff_cny_per_kwh");
  expect(limit).toMatchObject({ minimum: 0, maximum: 100, unit: "CNY/kWh" });
  expect(objectionTo(limit, 0.68)).toBeNull();
  expect(objectionTo(limit, -1)).toEqual({ word: "least", bound: 0 });
  expect(objectionTo(limit, 101)).toEqual({ word: "most", bound: 100 });
});

test("what may be left out is no objection, what is required is one", () => {
  expect(objectionTo(limitOf("ProjectWrite", "description"), null)).toBeNull();
  expect(objectionTo(limitOf("ProjectWrite", "name"), "")).toEqual({ word: "required" });
  expect(objectionTo(limitOf("Answerer", "office"), undefined)).toEqual({ word: "required" });
});

test("characters are counted as the service counts them, a rare one as one", () => {
  expect(objectionTo({ maxLength: 2 }, "𠮷𠮷")).toBeNull();
  expect(objectionTo({ maxLength: 2 }, "𠮷𠮷𠮷")).toEqual({ word: "longest", bound: 2 });
});

test.each([
  [{ pattern: "^[0-9]{6}$" }, "33112", { word: "pattern" }],
  [{ pattern: "^[0-9]{6}$" }, "331126", null],
  [{ maxItems: 1 }, ["a", "b"], { word: "count", bound: 1 }],
])("by %j the value %j meets %j", (limit, value, said) => {
  expect(objectionTo(limit, value)).toEqual(said);
});

test("a pool is bounded by the document too, and a field that nothing bounds by nothing", () => {
  expect(limitOf("PoolWrite", "members").maxItems).toBe(200);
  expect(limitOf("PoolWrite", "none")).toEqual({});
});
