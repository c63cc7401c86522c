import { Card, Typography, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { figure } from "../../parts/numbers";
import { PagedTable } from "../../parts/PagedTable";
import type { Assessment, Indicator } from "./risks";
import { growth, ofYear, yearsOf } from "./years";

/** This year beside earlier ones, counted by this year's rule; of the points those that were submitted then. */
export function OtherYears({ data }: { data: Assessment }) {
  const { t } = useTranslation();
  const years = yearsOf(data.indicators);
  if (years.length === 0) return null;
  const columns: TableColumnsType<Indicator> = [
    {
      title: t("assess.indicator"),
      key: "name",
      render: (_, one) => (
        <>
          {one.name} <Typography.Text type="secondary">({one.unit_name})</Typography.Text>
        </>
      ),
    },
    { title: `${data.year} ${t("assess.done")}`, key: "done", align: "right", render: (_, one) => <strong>{figure(one.done)}</strong> },
    ...years.map((year) => ({
      title: String(year),
      children: [
        { title: t("assess.sameDay"), key: `${year}-same`, align: "right" as const, render: (_: unknown, one: Indicator) => figure(ofYear(one, year)?.done_by_same_day) },
        { title: t("assess.growth"), key: `${year}-growth`, align: "right" as const, render: (_: unknown, one: Indicator) => <Growth one={one} year={year} /> },
        { title: t("assess.wholeYear"), key: `${year}-whole`, align: "right" as const, render: (_: unknown, one: Indicator) => figure(ofYear(one, year)?.done) },
        { title: t("assess.target"), key: `${year}-target`, align: "right" as const, render: (_: unknown, one: Indicator) => figure(ofYear(one, year)?.target) },
        { title: t("assess.submittedPoints"), key: `${year}-points`, align: "right" as const, render: (_: unknown, one: Indicator) => figure(ofYear(one, year)?.points) },
      ],
    })),
  ];
  return (
    <Card size="small" title={t("assess.otherYears")}>
      <PagedTable<Indicator>
        paged={{ items: data.indicators.filter((one) => one.other_years.length > 0), more: null, loading: false, error: null }}
        rowKey="code"
        size="small"
        columns={columns}
      />
    </Card>
  );
}

function Growth({ one, year }: { one: Indicator; year: number }) {
  const before = ofYear(one, year);
  const by = before === undefined ? null : growth(one.done, before.done_by_same_day);
  if (by === null) return <>—</>;
  const isBetter = one.direction === "higher" ? by >= 0 : by <= 0;
  return <Typography.Text type={by === 0 ? undefined : isBetter ? "success" : "danger"}>{`${by > 0 ? "+" : ""}${figure(by, 1)}%`}</Typography.Text>;
}
