import { expect, test } from "vitest";
import { confirmed, corrections, kindOf, stated, type AskedField } from "./corrections";

const field = (name: string, value: AskedField["value"]) =>
  ({ field: name, name_zh: name, name_en: name, unit: "", unit_zh: "", value }) as AskedField;
const fields = [field("land_mu", 120), field("power_kva", null), field("land_use", "M2"), field("description", null)];

test("an answer in which nothing was touched corrects nothing and confirms what is stated", () => {
  const values = stated(fields);
  expect(corrections(fields, values)).toEqual({});
  expect(confirmed(fields, values)).toBe(2);
});

test("only what differs is sent; an emptied figure as not known, an empty text as none", () => {
  const values = { ...stated(fields), land_mu: null, power_kva: 3150, description: "" };
  expect(corrections(fields, values)).toEqual({ land_mu: null, power_kva: 3150 });
  expect(confirmed(fields, values)).toBe(1);
});

test.each([
  ["land_mu", "number"],
  ["dormitory_beds", "number"],
  ["land_ready_on", "date"],
  ["valid_until", "date"],
  ["land_use", "land_use"],
  ["description", "text"],
])("%s is filled in as a %s", (name, kind) => {
  expect(kindOf(name)).toBe(kind);
});
