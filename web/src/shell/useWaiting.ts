import { useQuery } from "@tanstack/react-query";
import { api, dataOf } from "../api/client";
import { decidable } from "../parts/approvalsWaiting";
import { useMay, useSession } from "./session";

/** How many submissions wait for this very person; "99+" where there are more than one page of them. */
export function useWaiting(): { count: number; text: string } {
  const { person } = useSession();
  const mayDecide = useMay("approvals:decide");
  const { data } = useQuery({
    queryKey: ["approvals", "waiting"],
    queryFn: () => dataOf(api.GET("/v1/approvals", { params: { query: { state: "submitted", limit: 100 } } })),
    enabled: mayDecide && person !== null,
    refetchInterval: 60_000,
  });
  const count = decidable(data?.items ?? [], person?.id);
  return { count, text: data?.next_cursor ? "99+" : String(count) };
}
