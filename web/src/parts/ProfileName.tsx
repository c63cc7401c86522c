import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, dataOf } from "../api/client";
import { SyntheticMark } from "./Marks";

export const oneProfile = (id: string) => ({
  queryKey: ["profile", id],
  queryFn: () => dataOf(api.GET("/v1/profiles/{profile_id}", { params: { path: { profile_id: id } } })),
});

/** The name of a place, as a link to its profile unless it stands in a choice, with the mark that its figures wear. */
export function ProfileName({ id, plain = false }: { id: string; plain?: boolean }) {
  const { data } = useQuery(oneProfile(id));
  const name = data?.site_name ?? data?.region_code ?? id;
  return (
    <>
      {plain ? name : <Link to={`/profiles/${id}`}>{name}</Link>} <SyntheticMark is={data?.is_synthetic} />
    </>
  );
}
