import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../api/client";
import { useMay } from "../shell/session";
import { unitName } from "./units";

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

/** The name of an indicator in the language of the page: of its own programme's packs first, for programmes share codes. */
export function useIndicatorNames(): (code: string, programme?: unknown) => string {
  const { i18n } = useTranslation();
  const packs = usePacks();
  return (code, programme) => {
    const own = packs.filter((pack) => pack.programme === programme);
    const found = [...own, ...packs].flatMap((pack) => pack.indicators).find((one) => one.code === code);
    return found === undefined ? code : i18n.language === "en" ? found.name_en : found.name_zh;
  };
}

/** The name of an indicator's unit, which is no unit of a project's or a profile's figure. */
export function useIndicatorUnits(): (unit: string) => string {
  const { i18n } = useTranslation();
  const packs = usePacks();
  return (unit) => {
    const found = packs.flatMap((pack) => pack.indicators).find((one) => one.unit === unit);
    return i18n.language === "en" || found === undefined ? unitName(unit, i18n.language) : found.unit_zh;
  };
}
