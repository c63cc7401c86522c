import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import { language } from "../api/client";
import { en } from "./en";
import { zh } from "./zh";

export type Language = "zh" | "en";
const KEY = "shanhai-language";

export function setLanguage(next: Language): void {
  localStorage.setItem(KEY, next);
  language.current = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  void i18n.changeLanguage(next);
}

/** Chinese first: English only where somebody chose it. */
const first: Language = localStorage.getItem(KEY) === "en" ? "en" : "zh";
language.current = first;
document.documentElement.lang = first === "zh" ? "zh-CN" : "en";

void i18n.use(initReactI18next).init({
  lng: first,
  fallbackLng: false,
  resources: { zh: { translation: zh }, en: { translation: en } },
  interpolation: { escapeValue: false },
});

export { i18n };
