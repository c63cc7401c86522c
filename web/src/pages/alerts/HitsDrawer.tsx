import { useQuery } from "@tanstack/react-query";
import { Drawer, Flex, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { instant } from "../../parts/dates";
import { ProfileName, ProjectName } from "../../parts/names";
import { PagedTable } from "../../parts/PagedTable";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { For } from "./Searches";

type Search = Schemas["SavedSearchRead"];

/** What fits a search at present. */
export function HitsDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["searches", "one", id],
    queryFn: () => dataOf(api.GET("/v1/saved-searches/{search_id}", { params: { path: { search_id: id ?? "" } } })),
    enabled: id !== null,
  });
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      size={620}
      destroyOnHidden
      title={data?.name ?? t("searches.hitsTitle")}
      styles={{ wrapper: { maxWidth: "100vw" } }}
    >
      <ProblemAlert error={error} />
      {!data && !error && <Skeleton active />}
      {data && data.id === id && <Hits search={data} />}
    </Drawer>
  );
}

function Hits({ search }: { search: Search }) {
  const { t } = useTranslation();
  const paged = usePaged(["searches", search.id, "hits"], (cursor) =>
    dataOf(api.GET("/v1/saved-searches/{search_id}/hits", { params: { path: { search_id: search.id }, query: { limit: 50, cursor } } })),
  );
  const ranking = search.project_id ? `/projects/${search.project_id}/ranking` : search.profile_id ? `/profiles/${search.profile_id}?tab=fits` : null;
  return (
    <Flex vertical gap={12}>
      <span>
        <For search={search} />
      </span>
      <Typography.Text type="secondary">{t("searches.hitsNote")}</Typography.Text>
      {ranking && <Link to={ranking}>{t("searches.toRanking")} →</Link>}
      <PagedTable<Schemas["SavedSearchHitRead"]>
        cards
        paged={{ ...paged, items: [...paged.items].sort((a, b) => a.rank - b.rank) }}
        rowKey="found_id"
        size="small"
        scroll={{}}
        columns={[
          { title: t("searches.rank"), dataIndex: "rank", width: 90, align: "right" },
          {
            title: t("searches.found"),
            dataIndex: "found_id",
            render: (id: string) => (search.profile_id ? <ProjectName id={id} /> : <ProfileName id={id} />),
          },
          { title: t("searches.since"), dataIndex: "since", width: 150, render: instant },
        ]}
      />
    </Flex>
  );
}
