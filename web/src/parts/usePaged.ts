import { useInfiniteQuery, type QueryKey } from "@tanstack/react-query";

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** A list that pages by cursor: all items read so far, and how to read on. */
export function usePaged<T>(
  key: QueryKey,
  ask: (cursor: string | undefined) => Promise<Page<T>>,
  enabled = true,
  /** How soon the items that were read are read anew, in milliseconds; false for never. */
  again: (items: T[]) => number | false = () => false,
) {
  const query = useInfiniteQuery({
    // Never that of a plain query: what the one keeps, the other cannot read, and the page would fall.
    queryKey: [...key, "pages"],
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled,
    refetchInterval: ({ state }) => (state.error ? false : again(state.data?.pages.flatMap((page) => page.items) ?? [])),
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    more: query.hasNextPage ? () => void query.fetchNextPage() : null,
    loading: query.isPending || query.isFetchingNextPage,
    error: query.error,
    refresh: () => void query.refetch(),
  };
}
