import { Checkbox, Flex, Segmented, Select, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, dataOf } from "../../api/client";
import "../../parts/choiceWords";
import { instant } from "../../parts/dates";
import { ExportButton } from "../../parts/ExportButton";
import { PagedTable } from "../../parts/PagedTable";
import { RegionName } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { useMay } from "../../shell/session";
import { VisitsList } from "../visits/VisitsList";
import { Attention } from "./Attention";
import { Board } from "./Board";
import { Recommend } from "./Recommend";
import { STAGES, type Opportunity, type Stage } from "./stages";
import "./words";

/** All joint records of the caller: as a board by stage, and as a list. */
export default function OpportunitiesPage() {
  const { t } = useTranslation();
  const [asked, ask] = useSearchParams();
  const mayWrite = useMay("opportunities:write");
  const maySeeVisits = useMay("visits:read");
  const view = asked.get("view") ?? "board";
  const query = {
    stage: (asked.get("stage") || undefined) as Stage | undefined,
    overdue: asked.get("overdue") === "true" ? (true as const) : undefined,
  };
  const set = (key: string, value: string | undefined) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      if (value === undefined) next.delete(key);
      else next.set(key, value);
      return next;
    });
  return (
    <Flex vertical gap={16}>
      <Flex justify="space-between" align="start" gap={12} wrap>
        <div>
          <Typography.Title level={3} style={{ margin: 0 }}>
            {t("opps.title")}
          </Typography.Title>
          <Typography.Text type="secondary">{t("opps.intro")}</Typography.Text>
        </div>
        {mayWrite && <Recommend />}
      </Flex>
      <Flex gap={12} wrap align="center" role="search">
        <Segmented
          value={view}
          onChange={(next) => set("view", next)}
          options={[
            { value: "board", label: t("opps.board") },
            { value: "list", label: t("opps.list") },
            ...(maySeeVisits ? [{ value: "visits", label: t("visits.title") }] : []),
          ]}
        />
        {view !== "visits" && (
          <>
            <Select
              aria-label={t("opps.stageFilter")}
              placeholder={t("opps.stageFilter")}
              allowClear
              style={{ minWidth: 160 }}
              value={query.stage ?? null}
              onChange={(stage) => set("stage", stage ?? undefined)}
              options={STAGES.map((stage) => ({ value: stage, label: t(`choice.stage_${stage}`) }))}
            />
            <Checkbox checked={query.overdue ?? false} onChange={(event) => set("overdue", event.target.checked ? "true" : undefined)}>
              {t("opps.onlyOverdue")}
            </Checkbox>
            <ExportButton key={JSON.stringify(query)} what={{ kind: "opportunities", format: "xlsx", parameters: query }}>
              {t("opps.export")}
            </ExportButton>
          </>
        )}
      </Flex>
      {view === "board" && <Board {...query} />}
      {view === "list" && <Listed query={query} />}
      {view === "visits" && <VisitsList />}
    </Flex>
  );
}

interface Query {
  stage: Stage | undefined;
  overdue: true | undefined;
}

function Listed({ query }: { query: Query }) {
  const { t } = useTranslation();
  const paged = usePaged(["opportunities", "list", query], (cursor) =>
    dataOf(api.GET("/v1/opportunities", { params: { query: { ...query, newest_first: true, limit: 20, cursor } } })),
  );
  return (
    <PagedTable<Opportunity>
      cards
      paged={paged}
      rowKey="id"
      columns={[
        { title: t("opps.project"), key: "project", render: (_, row) => <Link to={`/opportunities/${row.id}`}>{row.project_name}</Link> },
        {
          title: t("opps.place"),
          key: "place",
          render: (_, row) => (
            <Flex vertical>
              <Link to={`/profiles/${row.profile_id}`}>{row.site_name}</Link>
              <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                <RegionName code={row.region_code} />
              </Typography.Text>
            </Flex>
          ),
        },
        {
          title: t("opps.stageFilter"),
          key: "stage",
          render: (_, row) => (
            <Flex gap={4} wrap>
              <Tag>{t(`choice.stage_${row.stage}`)}</Tag>
              <Attention row={row} />
            </Flex>
          ),
        },
        { title: t("opps.investor"), dataIndex: "investor_name", render: (name: string | null) => name ?? <Typography.Text type="secondary">{t("opps.sealed")}</Typography.Text> },
        { title: t("common.updatedAt"), dataIndex: "updated_at", render: instant },
      ]}
    />
  );
}
