import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";

export type Filters = Schemas["Filters"];
export type Place = Schemas["MatchItem"];

export const NO_FILTERS: Filters = { programmes: [], region_codes: [], site_kinds: [] };

export interface Asked {
  projectId: string;
  weights: Record<string, number>;
  filters: Filters;
}

function bodyOf({ projectId, weights, filters }: Asked): Schemas["MatchQuery"] {
  return { project_id: projectId, weights, filters, include: [], limit: 20 };
}

/**
 * The ranking by the weights of the moment. Each set of weights is a query of its own, so an answer that comes
 * late cannot take the place of a newer one, and the one that is no longer wanted is broken off.
 */
export function useRanking(asked: Asked, enabled: boolean) {
  const { i18n } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["ranking", asked.projectId, asked, i18n.language],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.POST("/v1/match-queries", { body: { ...bodyOf(asked), include: ["stability"], cursor: pageParam }, signal }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
  const pages = query.data?.pages ?? [];
  return {
    items: pages.flatMap((page) => page.items),
    page: pages.at(-1),
    more: query.hasNextPage ? () => void query.fetchNextPage() : null,
    loading: query.isPending || query.isFetchingNextPage,
    stale: query.isPlaceholderData,
    error: query.error,
  };
}

/** Who was passed over, with the rank that a fix would give under the same weights. */
export function useExclusions(asked: Asked, enabled: boolean) {
  const { i18n } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["exclusions", asked.projectId, asked, i18n.language],
    queryFn: async ({ pageParam, signal }) => {
      const body = { ...bodyOf(asked), include: ["exclusions" as const], exclusions_cursor: pageParam };
      const { exclusions, eligible_count } = await dataOf(api.POST("/v1/match-queries", { body, signal }));
      return { items: exclusions?.items ?? [], next_cursor: exclusions?.next_cursor ?? null, eligible_count };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    eligible: query.data?.pages[0]?.eligible_count ?? 0,
    more: query.hasNextPage ? () => void query.fetchNextPage() : null,
    loading: query.isPending || query.isFetchingNextPage,
    error: query.error,
  };
}

export function useCriteria() {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["criteria", i18n.language],
    queryFn: () => dataOf(api.GET("/v1/criteria", { params: { query: { limit: 100 } } })),
    staleTime: Infinity,
  });
}

/** The titles of the rules in the language of the page. */
export function useRuleTitles(): Map<string, string> {
  const { i18n } = useTranslation();
  const { data } = useQuery({
    queryKey: ["rules", i18n.language],
    queryFn: () => dataOf(api.GET("/v1/rules", { params: { query: { limit: 100 } } })),
    staleTime: Infinity,
  });
  return new Map(data?.items.map(({ name, title }) => [name, title]));
}
