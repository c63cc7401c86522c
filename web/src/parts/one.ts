import { api, dataOf } from "../api/client";

/** One profile by its id, as every page asks for it: what one page has read the next one need not. */
export const oneProfile = (id: string) => ({
  queryKey: ["profile", id],
  queryFn: () => dataOf(api.GET("/v1/profiles/{profile_id}", { params: { path: { profile_id: id } } })),
});

/** One project by its id. The project's own page keeps the tag of the answer as well, under another key. */
export const oneProject = (id: string) => ({
  queryKey: ["project-read", id],
  queryFn: () => dataOf(api.GET("/v1/projects/{project_id}", { params: { path: { project_id: id } } })),
});
