import { expect, test } from "vitest";
import codes from "../../../openapi/problem-codes.json";
import { fieldSentence } from "./fieldErrors";
import { FIELD_PROBLEMS } from "./fieldProblemWords";
import { NEXT_STEPS } from "./nextSteps";
import { detailOf, nextStepOf, remedyOf, titleOf } from "./problems";
import { PROBLEM_TITLES } from "./problemWords";

const stale = { code: "stale_version", status: 412, title: "Changed since you read it", detail: "Read it again." };

test("every code that the service can answer has a Chinese title", () => {
  expect(codes.problems.length).toBeGreaterThan(100);
  expect(codes.problems.filter((code) => !(code in PROBLEM_TITLES))).toEqual([]);
});

test("every code of a field that the service can answer has a Chinese sentence", () => {
  expect(codes.fields.length).toBeGreaterThan(100);
  expect(codes.fields.filter((code) => !(code in FIELD_PROBLEMS))).toEqual([]);
});

test("no title is kept for a code that the service no longer has", () => {
  const known = new Set([...codes.problems, "unreadable_answer"]);
  expect(Object.keys(PROBLEM_TITLES).filter((code) => !known.has(code))).toEqual([]);
});

test("all of it is written in Chinese", () => {
  for (const words of [...Object.values(PROBLEM_TITLES), ...Object.values(FIELD_PROBLEMS)]) expect(words).toMatch(/[一-鿿]/);
});

test("in Chinese the service's sentence stands below the title, in English it is the title", () => {
  expect([titleOf(stale, "zh"), detailOf(stale, "zh")]).toEqual(["有人在您读取之后作了修改", "Read it again."]);
  expect([titleOf(stale, "en"), detailOf(stale, "en")]).toEqual(["Read it again.", null]);
});

test("a code that nobody has named yet is told by its status", () => {
  expect(titleOf({ code: "brand_new", status: 403, title: "", detail: "No." }, "zh")).toBe("没有这项权限");
  expect(titleOf({ code: "brand_new", status: 418, title: "", detail: "No." }, "zh")).toBe("请求未被接受");
});

test("what to do next is said in both languages, of codes that there are", () => {
  expect(Object.keys(NEXT_STEPS).filter((code) => !codes.problems.includes(code))).toEqual([]);
  for (const { zh, en } of Object.values(NEXT_STEPS)) {
    expect(zh).toMatch(/[一-鿿].*。$/);
    expect(en).toMatch(/^[ -~“”]+\.$/);
  }
});

// Where the service's sentence alone would leave a reader without English with nothing to go on.
test.each([
  "stale_version", "invalid", "not_found", "missing_role", "missing_permission", "session_ended", "region_not_yours", "capacity_short", "capacity_unknown",
  "place_not_open", "no_counterpart", "recommended_already", "transition_not_allowed", "wrong_state", "approval_open", "own_submission", "not_this_sheet", "not_a_workbook",
])("against %s the console says what to do next", (code) => {
  expect(nextStepOf({ code }, "zh")).toBe(NEXT_STEPS[code]?.zh);
  expect(nextStepOf({ code }, "en")).toBe(NEXT_STEPS[code]?.en);
  expect(nextStepOf({ code: "brand_new" }, "zh")).toBeNull();
});

test.each([
  ["stale_version", 412, "reload"],
  ["if_match_required", 428, "reload"],
  ["changed_since", 409, "reload"],
  ["session_ended", 401, "sign_in"],
  ["sign_in_refused", 401, null],
  ["overloaded", 503, "retry"],
  ["invalid", 422, null],
])("against %s (%i) one can %s", (code, status, remedy) => {
  expect(remedyOf({ code, status })).toBe(remedy);
});

test("a bound that the framework names is kept in the Chinese sentence", () => {
  expect(fieldSentence({ code: "greater_than", detail: "Input should be greater than 0" }, "zh")).toBe("应大于 0");
  expect(fieldSentence({ code: "unknown_region", detail: "There is none." }, "zh")).toBe("没有这个行政区");
  expect(fieldSentence({ code: "brand_new", detail: "Odd." }, "zh")).toBe("Odd.");
});
