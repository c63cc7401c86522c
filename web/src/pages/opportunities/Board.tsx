import { Button, Card, Flex, Grid, Select, Spin, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, dataOf } from "../../api/client";
import { instant } from "../../parts/dates";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { Attention } from "./Attention";
import { countText, PHASES, type Opportunity, type Phase, type Stage } from "./stages";
import "./words";

interface Props {
  overdue: true | undefined;
  stage: Stage | undefined;
}

/** The records by stage: side by side where there is room, one phase at a time on a phone. Each column pages by itself. */
export function Board({ overdue, stage }: Props) {
  const { t } = useTranslation();
  const wide = Grid.useBreakpoint().lg;
  const phases = PHASES.filter(([, stages]) => stage === undefined || (stages as readonly Stage[]).includes(stage));
  const [chosen, choose] = useState<Phase>("contact");
  const shown = wide ? phases : phases.filter(([phase]) => phases.length === 1 || phase === chosen);
  return (
    <Flex vertical gap={12}>
      {!wide && phases.length > 1 && (
        <Select
          aria-label={t("opps.phase")}
          value={chosen}
          onChange={choose}
          options={phases.map(([phase]) => ({ value: phase, label: t(`opps.phase_${phase}`) }))}
        />
      )}
      <div
        tabIndex={wide ? 0 : undefined}
        role={wide ? "region" : undefined}
        aria-label={wide ? t("opps.board") : undefined}
        style={{
          display: "grid",
          gap: 8,
          gridTemplateColumns: wide && shown.length > 1 ? `repeat(${shown.length}, minmax(164px, 1fr))` : "minmax(0, 1fr)",
          overflowX: "auto",
          alignItems: "start",
        }}
      >
        {shown.map(([phase, stages]) => (
          <Column key={phase} phase={phase} stages={stages.filter((one) => stage === undefined || one === stage)} overdue={overdue} wide={wide ?? false} />
        ))}
      </div>
    </Flex>
  );
}

interface ColumnProps {
  phase: Phase;
  stages: readonly Stage[];
  overdue: true | undefined;
  wide: boolean;
}

function Column({ phase, stages, overdue, wide }: ColumnProps) {
  const { t } = useTranslation();
  return (
    <section
      aria-label={t(`opps.phase_${phase}`)}
      style={{
        background: "rgba(128,128,128,.1)",
        borderRadius: 8,
        padding: 8,
        minHeight: wide ? 320 : undefined,
        ...(wide ? { maxHeight: "calc(100vh - 120px)", overflowY: "auto" } : {}),
      }}
      tabIndex={wide ? 0 : undefined}
    >
      <Typography.Text strong>{t(`opps.phase_${phase}`)}</Typography.Text>
      {stages.map((stage) => (
        <Stack key={stage} stage={stage} overdue={overdue} limit={wide ? 5 : 10} />
      ))}
    </section>
  );
}

/** The records of one stage, a few at a time, so that the next stage of the phase stays in sight. */
function Stack({ stage, overdue, limit }: { stage: Stage; overdue: true | undefined; limit: number }) {
  const { t } = useTranslation();
  const query = { stage, overdue };
  const paged = usePaged(["opportunities", "board", query, limit], (cursor) =>
    dataOf(api.GET("/v1/opportunities", { params: { query: { ...query, newest_first: true, limit, cursor } } })),
  );
  const title = t(`choice.stage_${stage}`);
  return (
    <div style={{ marginTop: 8 }}>
      <Flex justify="space-between" style={{ marginBottom: 4 }}>
        <Typography.Text type="secondary" style={{ fontSize: 13 }}>
          {title}
        </Typography.Text>
        <Typography.Text type="secondary" style={{ fontSize: 13 }}>
          {paged.loading && paged.items.length === 0 ? <Spin size="small" /> : countText(paged.items.length, paged.more !== null)}
        </Typography.Text>
      </Flex>
      <ProblemAlert error={paged.error} />
      <Flex vertical gap={8}>
        {paged.items.map((row) => (
          <BoardCard key={row.id} row={row} />
        ))}
        {paged.more && (
          <Button size="small" onClick={paged.more} loading={paged.loading} aria-label={`${t("common.more")}: ${title}`}>
            {t("common.more")}
          </Button>
        )}
      </Flex>
    </div>
  );
}

function BoardCard({ row }: { row: Opportunity }) {
  return (
    <Card size="small" styles={{ body: { padding: 10 } }}>
      <Flex vertical gap={4}>
        <Link to={`/opportunities/${row.id}`}>{row.project_name}</Link>
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {row.site_name}
        </Typography.Text>
        <Flex gap={4} wrap align="center">
          <Attention row={row} />
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {instant(row.updated_at).slice(0, 10)}
          </Typography.Text>
        </Flex>
      </Flex>
    </Card>
  );
}
