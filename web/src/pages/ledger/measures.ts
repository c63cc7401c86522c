import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";

type Measure = Schemas["MeasureRead"];

/** The measures of the ledger with their names and units in the language of the page. */
export function useMeasures() {
  const { i18n } = useTranslation();
  const { data } = useQuery({
    queryKey: ["measures"],
    queryFn: async () => {
      const all: Measure[] = [];
      let cursor: string | undefined;
      do {
        const page = await dataOf(api.GET("/v1/measures", { params: { query: { limit: 100, cursor } } }));
        all.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
    staleTime: Infinity,
  });
  const measures = data ?? [];
  const english = i18n.language === "en";
  const find = (name: string) => measures.find((one) => one.name === name);
  return {
    measures,
    find,
    nameOf: (name: string) => (english ? find(name)?.name_en : find(name)?.name_zh) ?? name,
    unitOf: (name: string) => (english ? find(name)?.unit : find(name)?.unit_zh) ?? "",
  };
}
