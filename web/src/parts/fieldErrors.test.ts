import { expect, test } from "vitest";
import { Refused } from "../api/client";
import { fieldErrors, pathOf } from "./fieldErrors";

test.each([
  ["/land_mu", ["land_mu"]],
  ["/materials/0/name", ["materials", 0, "name"]],
  ["/a~1b/c~0d", ["a/b", "c~d"]],
  ["", []],
])("the pointer %s leads to %j", (pointer, path) => {
  expect(pathOf(pointer)).toEqual(path);
});

function refused(status: number) {
  return new Refused(
    {
      type: "about:blank",
      title: "Invalid request",
      status,
      detail: "",
      code: "invalid",
      request_id: "r",
      allowed: null,
      next_hold_ends_at: null,
      errors: [
        { pointer: "/project/land_mu", code: "greater_than_equal", detail: "Input should be greater than or equal to 0" },
        { pointer: "/name", code: "odd", detail: "Odd." },
      ],
    },
    status,
  );
}

test("each error of a 422 finds its field, in the language of the page", () => {
  const inner = (path: (string | number)[]) => (path[0] === "project" ? path.slice(1) : path);
  expect(fieldErrors(refused(422), "zh", inner)).toEqual([
    { name: ["land_mu"], errors: ["不能小于 0"] },
    { name: ["name"], errors: ["Odd."] },
  ]);
  expect(fieldErrors(refused(422), "en")[0]?.errors).toEqual(["Input should be greater than or equal to 0"]);
});

test("what is no 422 has no fields", () => {
  expect(fieldErrors(refused(409), "zh")).toEqual([]);
  expect(fieldErrors(new Error("x"), "zh")).toEqual([]);
});
