import { Flex, Grid, Table, Tag, Typography, type TableColumnsType } from "antd";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { figure } from "../../parts/numbers";
import { PagedTable } from "../../parts/PagedTable";
import { byRisk, RISK_COLOUR, type Assessment, type Indicator } from "./risks";

/** Every line of the pack, what is in danger first; opened, it says why and where the projection comes from. */
export function Indicators({ data }: { data: Assessment }) {
  const { t } = useTranslation();
  const wide = Grid.useBreakpoint().md ?? false;
  const columns = useColumns(wide);
  return (
    <Flex vertical gap={8}>
      <Typography.Title level={5} style={{ margin: 0 }}>
        {t("assess.indicators")}
      </Typography.Title>
      <PagedTable<Indicator>
        paged={{ items: byRisk(data.indicators), more: null, loading: false, error: null }}
        rowKey="code"
        size="small"
        expandable={{ expandedRowRender: (one) => <Details one={one} /> }}
        columns={columns}
        {...(wide ? {} : { scroll: undefined, showHeader: false })}
      />
    </Flex>
  );
}

function useColumns(wide: boolean): TableColumnsType<Indicator> {
  const { t } = useTranslation();
  const number = (value: number | null) => <span className="numbers">{figure(value)}</span>;
  const right = "right" as const;
  if (!wide) return [{ title: t("assess.indicator"), key: "all", render: (_, one) => <Stacked one={one} /> }];
  return [
    {
      title: t("assess.indicator"),
      key: "name",
      render: (_, one) => (
        <>
          {one.name} <Typography.Text type="secondary">({one.unit_name})</Typography.Text>
        </>
      ),
    },
    { title: t("assess.risk"), dataIndex: "risk", render: (risk: Indicator["risk"]) => <Tag color={RISK_COLOUR[risk]}>{t(`assess.risk_${risk}`)}</Tag> },
    {
      title: t("assess.target"),
      dataIndex: "target",
      align: right,
      render: (value: number | null) => (value === null ? <Typography.Text type="secondary">{t("assess.noTarget")}</Typography.Text> : number(value)),
    },
    { title: t("assess.done"), dataIndex: "done", align: right, render: number },
    { title: t("assess.claimed"), dataIndex: "claimed", align: right, render: number },
    { title: t("assess.ratio"), dataIndex: "ratio", align: right, render: (ratio: number | null) => (ratio === null ? "—" : `${figure(ratio * 100, 1)}%`) },
    { title: t("assess.due"), dataIndex: "due", align: right, render: number },
    {
      title: t("assess.projection"),
      children: [
        { title: t("assess.low"), key: "low", align: right, render: (_, one) => number(one.projection.low) },
        { title: t("assess.expectedCase"), key: "expected", align: right, render: (_, one) => <strong>{number(one.projection.expected)}</strong> },
        { title: t("assess.high"), key: "high", align: right, render: (_, one) => number(one.projection.high) },
      ],
    },
    {
      title: t("assess.points"),
      key: "points",
      align: right,
      render: (_, one) => (
        <>
          {number(one.points)} / {figure(one.points_full)}
        </>
      ),
    },
    {
      title: t("assess.lost"),
      dataIndex: "points_lost",
      align: right,
      render: (value: number) => (value > 0 ? <Typography.Text type="danger">{figure(value)}</Typography.Text> : "0"),
    },
    { title: t("assess.rank"), key: "rank", align: right, render: (_, one) => (one.rank.rank === null ? "—" : `${one.rank.rank} / ${one.rank.of ?? "—"}`) },
  ];
}

/** A line of the table as it fits a phone: every figure with its word. */
function Stacked({ one }: { one: Indicator }) {
  const { t } = useTranslation();
  const said = [
    [t("assess.target"), one.target === null ? t("assess.noTarget") : figure(one.target)],
    [t("assess.done"), figure(one.done)],
    [t("assess.claimed"), figure(one.claimed)],
    [t("assess.due"), figure(one.due)],
    [t("assess.projection"), `${figure(one.projection.low)} – ${figure(one.projection.expected)} – ${figure(one.projection.high)}`],
    [t("assess.points"), `${figure(one.points)} / ${figure(one.points_full)}`],
    [t("assess.lost"), figure(one.points_lost)],
    [t("assess.rank"), one.rank.rank === null ? "—" : `${one.rank.rank} / ${one.rank.of ?? "—"}`],
  ];
  return (
    <Flex vertical gap={6}>
      <Flex gap={8} wrap justify="space-between" align="center">
        <strong>
          {one.name} <Typography.Text type="secondary">({one.unit_name})</Typography.Text>
        </strong>
        <span>
          <Tag color={RISK_COLOUR[one.risk]} style={{ marginInlineEnd: 0 }}>
            {t(`assess.risk_${one.risk}`)}
          </Tag>{" "}
          {one.ratio !== null && `${figure(one.ratio * 100, 1)}%`}
        </span>
      </Flex>
      <dl style={{ display: "grid", gridTemplateColumns: "auto 1fr", gap: "2px 12px", margin: 0 }}>
        {said.map(([word, value]) => (
          <Fragment key={word}>
            <dt>
              <Typography.Text type="secondary">{word}</Typography.Text>
            </dt>
            <dd style={{ margin: 0, textAlign: "end", fontVariantNumeric: "tabular-nums" }}>{value}</dd>
          </Fragment>
        ))}
      </dl>
    </Flex>
  );
}

function Details({ one }: { one: Indicator }) {
  const { t } = useTranslation();
  const { coming, unplanned_opportunity_ids: unplanned, includes_pipeline: hasPipeline } = one.projection;
  return (
    <Flex vertical gap={8} style={{ maxWidth: 900 }}>
      <span>{one.reason}</span>
      <Typography.Text type="secondary">
        {`${one.window_from} – ${one.window_until}`}
        {one.stock_on && ` · ${t("assess.stockOn", { day: one.stock_on })}`}
        {` · ${one.rank.reason}`}
      </Typography.Text>
      {!hasPipeline && <Typography.Text type="secondary">{t("assess.noPipeline")}</Typography.Text>}
      {unplanned.length > 0 && (
        <span>
          {t("assess.unplanned")}{" "}
          {unplanned.map((id, place) => (
            <Link key={id} to={`/opportunities/${id}`} style={{ marginInlineEnd: 8 }}>
              {`${t("assess.opportunity")} ${place + 1}`}
            </Link>
          ))}
        </span>
      )}
      {coming.length > 0 && (
        <Table
          size="small"
          pagination={coming.length > 10 ? { pageSize: 10 } : false}
          rowKey={(row) => `${row.why}${row.opportunity_id ?? ""}${row.planned_on ?? ""}${row.high}`}
          dataSource={coming}
          columns={[
            { title: t("assess.coming"), dataIndex: "why", render: (why: string) => t(`assess.coming_${why}`) },
            { title: t("assess.opportunity"), dataIndex: "opportunity_id", render: (id: string | null) => (id ? <Link to={`/opportunities/${id}`}>{t("assess.opportunity")}</Link> : "—") },
            { title: "", dataIndex: "planned_on", render: (day: string | null) => day ?? "—" },
            { title: t("assess.low"), dataIndex: "low", align: "right", render: (value: number) => figure(value) },
            { title: t("assess.expectedCase"), dataIndex: "expected", align: "right", render: (value: number) => figure(value) },
            { title: t("assess.high"), dataIndex: "high", align: "right", render: (value: number) => figure(value) },
          ]}
        />
      )}
    </Flex>
  );
}
