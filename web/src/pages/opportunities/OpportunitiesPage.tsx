import { Card, Checkbox, Empty, Flex, Grid, Segmented, Select, Spin, Tag, Typography } from "antd";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, dataOf } from "../../api/client";
import "../../parts/choiceWords";
import { instant } from "../../parts/dates";
import { ExportButton } from "../../parts/ExportButton";
import { PagedTable } from "../../parts/PagedTable";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { RegionName } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import { Recommend } from "./Recommend";
import { PHASES, sideOf, STAGES, type Opportunity, type Stage } from "./stages";
import "./words";

/** All joint records of the caller: as a board by stage, and as a list. */
export default function OpportunitiesPage() {
  const { t } = useTranslation();
  const [asked, ask] = useSearchParams();
  const mayWrite = useMay("opportunities:write");
  const view = asked.get("view") ?? "board";
  const query = {
    stage: (asked.get("stage") || undefined) as Stage | undefined,
    overdue: asked.get("overdue") === "true" || undefined,
  };
  const set = (key: string, value: string | undefined) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      if (value === undefined) next.delete(key);
      else next.set(key, value);
      return next;
    });
  const paged = usePaged(["opportunities", query, view], (cursor) =>
    dataOf(api.GET("/v1/opportunities", { params: { query: { ...query, limit: view === "board" ? 100 : 20, cursor } } })),
  );
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
          ]}
        />
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
      </Flex>
      {view === "board" ? <Board paged={paged} /> : <Listed paged={paged} />}
    </Flex>
  );
}

type Paged = ReturnType<typeof usePaged<Opportunity>>;

function Board({ paged }: { paged: Paged }) {
  const { t } = useTranslation();
  const wide = Grid.useBreakpoint().lg;
  if (paged.error) return <ProblemAlert error={paged.error} />;
  if (paged.loading && paged.items.length === 0) return <Spin />;
  const columns = PHASES.map(([phase, stages]) => ({
    phase,
    rows: paged.items
      .filter((row) => (stages as readonly string[]).includes(row.stage))
      .sort((a, b) => b.overdue_milestones - a.overdue_milestones),
  })).filter(({ rows }) => wide || rows.length > 0);
  if (paged.items.length === 0) return <Empty description={t("common.nothing")} />;
  return (
    <Flex vertical gap={12}>
      <div
        style={{
          display: "grid",
          gap: 8,
          gridTemplateColumns: wide ? `repeat(${columns.length}, minmax(152px, 1fr))` : "minmax(0, 1fr)",
          overflowX: "auto",
          alignItems: "start",
        }}
      >
        {columns.map(({ phase, rows }) => (
          <section key={phase} aria-label={t(`opps.phase_${phase}`)} style={{ background: "rgba(128,128,128,.1)", borderRadius: 8, padding: 8, minHeight: wide ? 320 : undefined }}>
            <Flex justify="space-between" style={{ marginBottom: 8 }}>
              <Typography.Text strong>{t(`opps.phase_${phase}`)}</Typography.Text>
              <Typography.Text type="secondary">{rows.length}</Typography.Text>
            </Flex>
            <Flex vertical gap={8}>
              {rows.map((row) => (
                <BoardCard key={row.id} row={row} />
              ))}
            </Flex>
          </section>
        ))}
      </div>
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

function BoardCard({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  return (
    <Card size="small" styles={{ body: { padding: 10 } }}>
      <Flex vertical gap={4}>
        <Link to={`/opportunities/${row.id}`}>{row.project_name}</Link>
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {row.site_name}
        </Typography.Text>
        <Flex gap={4} wrap>
          <Tag>{t(`choice.stage_${row.stage}`)}</Tag>
          <Attention row={row} />
        </Flex>
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {instant(row.updated_at).slice(0, 10)}
        </Typography.Text>
      </Flex>
    </Card>
  );
}

/** What somebody has to look after: overdue milestones, and a proposal that waits. */
function Attention({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const side = sideOf(row, useSession().organisation.id);
  return (
    <>
      {row.overdue_milestones > 0 && <Tag color="red">{t("opps.overdueCount", { count: row.overdue_milestones })}</Tag>}
      {row.pending && (
        <Tag color="gold">{t(row.pending.agreed_by === side ? "opps.pendingThere" : "opps.pendingHere")}</Tag>
      )}
    </>
  );
}

function Listed({ paged }: { paged: Paged }) {
  const { t } = useTranslation();
  return (
    <PagedTable<Opportunity>
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
