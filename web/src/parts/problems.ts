import type { Problem } from "../api/client";
import { NEXT_STEPS } from "./nextSteps";
import { PROBLEM_TITLES } from "./problemWords";

/** The head of a problem: in Chinese what its code says, in English the service's own sentence. */
export function titleOf(problem: Pick<Problem, "code" | "detail" | "title" | "status">, language: string): string {
  if (language === "en") return problem.detail || problem.title;
  return PROBLEM_TITLES[problem.code] ?? byStatus(problem.status);
}

/** The service's own sentence, where it does not stand in the head already. */
export function detailOf(problem: Pick<Problem, "detail" | "title">, language: string): string | null {
  return language === "en" ? null : problem.detail || problem.title || null;
}

/** What to do next, where more can be said than the remedy's button does. */
export function nextStepOf(problem: Pick<Problem, "code">, language: string): string | null {
  return NEXT_STEPS[problem.code]?.[language === "en" ? "en" : "zh"] ?? null;
}

function byStatus(status: number): string {
  if (status === 401) return "请先登录";
  if (status === 403) return "没有这项权限";
  if (status === 404) return "没有找到，或您无权查看";
  if (status === 429 || status === 503) return "服务繁忙，请稍后再试";
  return status >= 500 ? "服务出现故障" : "请求未被接受";
}

const CHANGED = new Set([
  "stale_version", "if_match_required", "changed_since", "conflict", "approval_closed", "approval_open", "wrong_state",
  "job_settled", "settled", "not_open", "taken_back", "confirmed_already", "agreed_already", "transition_not_allowed",
]);
const SIGNED_OUT = new Set(["missing_key", "unknown_key", "expired_key", "revoked_key", "session_ended", "person_disabled"]);
const LATER = new Set([408, 429, 500, 502, 503, 504]);

/** What the one who is refused can do about it from where they are: read anew, sign in, or try once more. */
export function remedyOf(problem: Pick<Problem, "code" | "status">): "reload" | "sign_in" | "retry" | null {
  if (problem.status === 412 || problem.status === 428 || CHANGED.has(problem.code)) return "reload";
  if (SIGNED_OUT.has(problem.code)) return "sign_in";
  return LATER.has(problem.status) ? "retry" : null;
}
