import type { FormRule } from "antd";
import { useTranslation } from "react-i18next";
import { LIMITS } from "../api/limits";
import { pageWords } from "../i18n/pageWords";

pageWords(
  "limit",
  {
    required: "必填",
    number: "应为数字",
    least: "不能小于 {{bound}}",
    most: "不能大于 {{bound}}",
    longest: "最多 {{bound}} 个字",
    count: "最多 {{bound}} 项",
    pattern: "格式不正确",
  },
  {
    required: "Required",
    number: "Enter a number",
    least: "Not below {{bound}}",
    most: "Not above {{bound}}",
    longest: "{{bound}} characters at most",
    count: "{{bound}} at most",
    pattern: "Not in the right form",
  },
);

export type Body = keyof typeof LIMITS;

export interface Limit {
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  pattern?: string;
  unit?: string;
  required?: boolean;
}

export interface Objection {
  word: "required" | "number" | "least" | "most" | "longest" | "count" | "pattern";
  bound?: number;
}

/** What the service's document says of a field; nothing where it bounds it by nothing. */
export function limitOf(body: Body, field: string): Limit {
  return (LIMITS[body] as Record<string, Limit>)[field] ?? {};
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** Why the service would refuse the value of a field; null where it would take it. */
export function objectionTo(limit: Limit, value: unknown): Objection | null {
  if (isEmpty(value)) return limit.required ? { word: "required" } : null;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return { word: "number" };
    if (limit.minimum !== undefined && value < limit.minimum) return { word: "least", bound: limit.minimum };
    if (limit.maximum !== undefined && value > limit.maximum) return { word: "most", bound: limit.maximum };
  }
  if (Array.isArray(value) && limit.maxItems !== undefined && value.length > limit.maxItems)
    return { word: "count", bound: limit.maxItems };
  if (typeof value === "string") {
    // The service counts characters as Python does: one for each code point.
    if (limit.maxLength !== undefined && [...value].length > limit.maxLength) return { word: "longest", bound: limit.maxLength };
    if (limit.pattern !== undefined && !new RegExp(limit.pattern, "u").test(value)) return { word: "pattern" };
  }
  return null;
}

/** An objection as a sentence of the page; null for none. */
export function useObjection(): (limit: Limit, value: unknown) => string | null {
  const { t } = useTranslation();
  return (limit, value) => {
    const found = objectionTo(limit, value);
    return found && t(`limit.${found.word}`, { bound: found.bound?.toLocaleString("zh-CN", { maximumFractionDigits: 6 }) });
  };
}

/** The rules of a form field after the service's document; `more` narrows or adds to it. */
export function useRules(body: Body): (field: string, more?: Limit) => FormRule[] {
  const { t } = useTranslation();
  const object = useObjection();
  return (field, more) => {
    const limit = { ...limitOf(body, field), ...more };
    const rules: FormRule[] = [
      {
        validator: (_, value: unknown) => {
          const said = isEmpty(value) ? null : object(limit, value);
          return said === null ? Promise.resolve() : Promise.reject(new Error(said));
        },
      },
    ];
    return limit.required ? [{ required: true, message: t("limit.required") }, ...rules] : rules;
  };
}
