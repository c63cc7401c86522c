import { i18n } from "./index";

/** A page's own words, kept beside the page: the compiler sees that both languages have all of them. */
export function pageWords<W extends Record<string, string>>(page: string, zh: W, en: Record<keyof W, string>): void {
  i18n.addResourceBundle("zh", "translation", { [page]: zh }, true, true);
  i18n.addResourceBundle("en", "translation", { [page]: en }, true, true);
}
