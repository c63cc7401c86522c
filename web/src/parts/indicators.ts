import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../api/client";
import { useMay } from "../shell/session";

/** All packs that may be read, page by page: there are few. */
export function usePacks(): Schemas["IndicatorPackRead"][] {
  const may = useMay("targets:read");
  const { data } = useQuery({
    queryKey: ["packs", "all"],
    queryFn: async () => {
      const all: Schemas["IndicatorPackRead"][] = [];
      let cursor: string | undefined;
      do {
        const page = await dataOf(api.GET("/v1/indicator-packs", { params: { query: { limit: 100, cursor } } }));
        all.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
    enabled: may,
    staleTime: 600_000,
  });
  return data ?? [];
}

/** The name of an indicator in the language of the page; a code may stand in several packs, by the same name. */
export function useIndicatorNames(): (code: string) => string {
  const { i18n } = useTranslation();
  const packs = usePacks();
  return (code) => {
    const found = packs.flatMap((pack) => pack.indicators).find((one) => one.code === code);
    return found === undefined ? code : i18n.language === "en" ? found.name_en : found.name_zh;
  };
}
