import { Refused, type Schemas } from "../api/client";
import { FIELD_PROBLEMS } from "./fieldProblemWords";

type ProblemField = Schemas["ProblemField"];
type Step = string | number;

/** A JSON pointer as the path of a form field: `/materials/0/name` is `["materials", 0, "name"]`. */
export function pathOf(pointer: string): Step[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** What a form shows at each of its fields for a 422; empty for any other error. */
export function fieldErrors(
  error: unknown,
  language: string,
  place: (path: Step[]) => Step[] = (path) => path,
): { name: Step[]; errors: string[] }[] {
  if (!(error instanceof Refused) || error.status !== 422) return [];
  return (error.problem.errors ?? []).map((field) => ({
    name: place(pathOf(field.pointer)),
    errors: [fieldSentence(field, language)],
  }));
}

/** What is wrong with a field: in Chinese where its code is known, else the service's own sentence. */
export function fieldSentence(field: Pick<ProblemField, "code" | "detail">, language: string): string {
  const words = language === "en" ? undefined : FIELD_PROBLEMS[field.code];
  const bound = /(-?[\d.,]+)\s*$/.exec(field.detail)?.[1];
  if (words === undefined) return field.detail;
  if (field.code === "greater_than_equal" && bound !== undefined) return `不能小于 ${bound}`;
  if (field.code === "greater_than" && bound !== undefined) return `应大于 ${bound}`;
  if (field.code === "less_than_equal" && bound !== undefined) return `不能大于 ${bound}`;
  if (field.code === "less_than" && bound !== undefined) return `应小于 ${bound}`;
  return words;
}
