import dayjs, { type Dayjs } from "dayjs";
import "dayjs/locale/zh-cn";
import { i18n } from "../i18n";

// The calendars of the date fields take the names of months and days from dayjs, not from Ant Design's words.
const speak = (language: string) => void dayjs.locale(language === "en" ? "en" : "zh-cn");
speak(i18n.language);
i18n.on("languageChanged", speak);

// Made once: a list of figures asks for the day of each.
const MINUTE = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
const DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

/** An instant as the clock in Beijing shows it, to the minute. */
export function instant(at: string | null | undefined): string {
  if (!at) return "—";
  return MINUTE.format(new Date(at));
}

/** Today in China, as the service counts days. */
export function today(): string {
  return DAY.format(new Date());
}

/** Whole days from a day until today; negative for one that is to come. */
export function daysSince(day: string): number {
  return dayjs(today()).diff(dayjs(day), "day");
}

/** What a date field of a form holds, against what the service reads and writes. */
export const asDay = (value: string | null | undefined): Dayjs | null => (value ? dayjs(value) : null);
export const dayOf = (value: Dayjs | null | undefined): string | null => value?.format("YYYY-MM-DD") ?? null;

/** The last instant of a day in China, at which what is good until then ends. */
export const endOf = (day: Dayjs): string => `${day.format("YYYY-MM-DD")}T23:59:59+08:00`;
