import { Refused, type Schemas } from "../api/client";

type ProblemField = Schemas["ProblemField"];
type Step = string | number;

/** The common codes in Chinese; the service's own sentence stands for all others. */
const CHINESE: Record<string, string> = {
  missing: "必填",
  string_too_short: "不能为空",
  string_too_long: "文字过长",
  string_pattern_mismatch: "必填，或格式不正确",
  greater_than_equal: "数值过小",
  less_than_equal: "数值过大",
  float_type: "应为数字",
  literal_error: "不在可选范围内",
  date_from_datetime_parsing: "日期不正确",
  unknown_region: "没有这个行政区",
  unknown_industry: "没有这个行业代码",
};

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
    errors: [sentence(field, language)],
  }));
}

function sentence(field: ProblemField, language: string): string {
  const words = language === "en" ? undefined : CHINESE[field.code];
  const bound = /(-?[\d.,]+)\s*$/.exec(field.detail)?.[1];
  if (words === undefined) return field.detail;
  if (field.code === "greater_than_equal" && bound !== undefined) return `不能小于 ${bound}`;
  if (field.code === "less_than_equal" && bound !== undefined) return `不能大于 ${bound}`;
  return words;
}
