import type { Schemas } from "../api/client";

type Approval = Schemas["ApprovalRead"];

/** The approval that an answer is in place of what was asked for: it waits for a second person. Else null. */
export function waitingIn(answer: unknown): Approval | null {
  if (typeof answer !== "object" || answer === null) return null;
  const told = answer as Partial<Approval>;
  const is = typeof told.action === "string" && typeof told.noun_id === "string" && "payload" in told;
  return is && told.state === "submitted" ? (answer as Approval) : null;
}

/** How many of the submitted the person can decide: nobody is one's own second person. */
export function decidable(waiting: Pick<Approval, "submitted_by_person_id">[], personId: string | undefined): number {
  return personId === undefined ? 0 : waiting.filter((one) => one.submitted_by_person_id !== personId).length;
}
