import { useQuery } from "@tanstack/react-query";
import { api, dataOf } from "../api/client";

export function useOrganisation(id: string | null | undefined) {
  return useQuery({
    queryKey: ["organisation", id],
    queryFn: () => dataOf(api.GET("/v1/organisations/{organisation_id}", { params: { path: { organisation_id: id! } } })),
    enabled: Boolean(id),
    staleTime: 600_000,
  }).data;
}

export function OrganisationName({ id }: { id: string | null | undefined }) {
  return <>{useOrganisation(id)?.name ?? id ?? "—"}</>;
}
