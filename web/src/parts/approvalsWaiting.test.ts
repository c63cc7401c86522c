import { expect, test } from "vitest";
import { decidable, waitingIn } from "./approvalsWaiting";

const approval = { id: "apv_1", action: "profile.publish", noun: "profile", noun_id: "prf_1", payload: {}, submitted_by_person_id: "per_1" };

test("an approval that was submitted is known as one that waits", () => {
  expect(waitingIn({ ...approval, state: "submitted" })?.id).toBe("apv_1");
});

test.each([
  ["one that was decided", { ...approval, state: "approved" }],
  ["a submission of an assessment, which names its submitter too", { id: "sub_1", submitted_by_person_id: "per_1", year: 2026 }],
  ["a profile", { id: "prf_1", status: "submitted" }],
  ["nothing", undefined],
])("%s does not wait", (_, answer) => {
  expect(waitingIn(answer)).toBeNull();
});

test("nobody is counted as one's own second person, and a key decides nothing", () => {
  const waiting = [{ submitted_by_person_id: "per_1" }, { submitted_by_person_id: "per_2" }, { submitted_by_person_id: null }];
  expect(decidable(waiting, "per_1")).toBe(2);
  expect(decidable(waiting, undefined)).toBe(0);
});
