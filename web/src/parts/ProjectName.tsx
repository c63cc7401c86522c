import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, dataOf } from "../api/client";

export const oneProject = (id: string) => ({
  queryKey: ["project-read", id],
  queryFn: () => dataOf(api.GET("/v1/projects/{project_id}", { params: { path: { project_id: id } } })),
});

/** The name of a project as a link to it; its id where it is not for the caller to see. */
export function ProjectName({ id }: { id: string }) {
  const { data } = useQuery(oneProject(id));
  return data === undefined ? <>{id}</> : <Link to={`/projects/${id}`}>{data.name}</Link>;
}
