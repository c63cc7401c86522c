import { useQuery } from "@tanstack/react-query";
import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, dataOf, Refused } from "../api/client";
import { pageWords } from "../i18n/pageWords";
import { useMay } from "../shell/session";
import { SyntheticMark } from "./Marks";
import { RegionName } from "./reference";

pageWords("named", { gone: "已撤回，或不再对本单位公开" }, { gone: "withdrawn, or no longer shown to you" });

/** A row that is named somewhere else than on its own page; what may not be seen any more is no error there. */
function useNamed<T>(noun: string, id: string, may: boolean, ask: () => Promise<T>) {
  return useQuery({
    queryKey: ["named", noun, id],
    queryFn: async () => {
      try {
        return await ask();
      } catch (error) {
        if (error instanceof Refused && (error.status === 404 || error.status === 403)) return null;
        throw error;
      }
    },
    enabled: may && id !== "",
    staleTime: 60_000,
  }).data;
}

function Gone({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Typography.Text type="secondary" title={id}>
      {t("named.gone")}
    </Typography.Text>
  );
}

export function ProjectName({ id, plain }: { id: string; plain?: boolean }) {
  const found = useNamed("project", id, useMay("projects:read"), () =>
    dataOf(api.GET("/v1/projects/{project_id}", { params: { path: { project_id: id } } })),
  );
  if (found === null) return <Gone id={id} />;
  const name = found?.name ?? id;
  return plain ? <>{name}</> : <Link to={`/projects/${id}`}>{name}</Link>;
}

export function ProfileName({ id, plain }: { id: string; plain?: boolean }) {
  const found = useNamed("profile", id, useMay("profiles:read"), () =>
    dataOf(api.GET("/v1/profiles/{profile_id}", { params: { path: { profile_id: id } } })),
  );
  if (found === null) return <Gone id={id} />;
  const name = found === undefined ? id : (found.site_name ?? <RegionName code={found.region_code} />);
  return (
    <>
      {plain ? name : <Link to={`/profiles/${id}`}>{name}</Link>} <SyntheticMark is={found?.is_synthetic} />
    </>
  );
}

/** A person of the own organisation; `otherwise` where no person stands behind a deed. */
export function PersonName({ id, otherwise = "—" }: { id: string | null | undefined; otherwise?: string }) {
  const found = useNamed("person", id ?? "", useMay("people:read"), () =>
    dataOf(api.GET("/v1/people/{person_id}", { params: { path: { person_id: id ?? "" } } })),
  );
  return <>{id ? (found?.name ?? id) : otherwise}</>;
}
