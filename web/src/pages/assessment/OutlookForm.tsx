import { InputNumber, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { STAGES } from "../opportunities/stages";
import { hundredths, partOf, type Pack } from "./packs";

type Outlook = Pack["outlook"];
type Case = "low" | "expected" | "high";
const CASES: readonly Case[] = ["low", "expected", "high"];
interface Row {
  key: string;
  label: string;
  values: Partial<Record<Case, number>>;
  /** Days are whole and no parts of anything. */
  isDays: boolean;
  set: (of: Case, value: number) => Outlook;
}

interface Props {
  outlook: Outlook;
  change: ((outlook: Outlook) => void) | undefined;
}

/** What the projection takes for granted, in its three cases. */
export function OutlookForm({ outlook, change }: Props) {
  const { t } = useTranslation();
  const stages = outlook.stages as Record<string, Record<Case, number>>;
  const zero = { low: 0, expected: 0, high: 0 };
  const rows: Row[] = [
    ...(["claimed", "confirmed"] as const).map((name) => ({
      key: name,
      label: t(`assessSet.${name}Chance`),
      values: outlook[name],
      isDays: false,
      set: (of: Case, value: number) => ({ ...outlook, [name]: { ...outlook[name], [of]: value } }),
    })),
    // A record that has ended brings nothing, and no assumption can be made of it.
    ...STAGES.filter((stage) => stage !== "ended").map((stage) => ({
      key: stage,
      label: t(`choice.stage_${stage}`),
      values: stages[stage] ?? zero,
      isDays: false,
      set: (of: Case, value: number) => ({ ...outlook, stages: { ...stages, [stage]: { ...(stages[stage] ?? zero), [of]: value } } }) as Outlook,
    })),
    {
      key: "delay",
      label: t("assessSet.delay"),
      values: outlook.delay,
      isDays: true,
      set: (of, value) => ({ ...outlook, delay: { ...outlook.delay, [of]: Math.round(value) } }),
    },
  ];
  const cell = (row: Row, of: Case) => {
    const value = row.values[of] ?? 0;
    const shown = row.isDays ? value : (hundredths(value) ?? 0);
    if (!change) return row.isDays ? shown : `${shown} %`;
    return (
      <InputNumber
        aria-label={`${row.label} ${t(`assess.${of === "expected" ? "expectedCase" : of}`)}`}
        size="small"
        min={0}
        max={row.isDays ? 1000 : 100}
        value={shown}
        onChange={(next) => next !== null && change(row.set(of, row.isDays ? next : (partOf(next) ?? 0)))}
        style={{ width: 84 }}
      />
    );
  };
  return (
    <details>
      <summary style={{ cursor: "pointer", fontWeight: 500 }}>{t("assessSet.outlook")}</summary>
      <Typography.Paragraph type="secondary">{t("assessSet.outlookNote")}</Typography.Paragraph>
      <Table<Row>
        size="small"
        rowKey="key"
        pagination={false}
        scroll={{ x: "max-content" }}
        dataSource={rows}
        columns={[
          { title: "", dataIndex: "label" },
          ...CASES.map((of) => ({
            title: t(`assess.${of === "expected" ? "expectedCase" : of}`),
            key: of,
            align: "right" as const,
            render: (_: unknown, row: Row) => cell(row, of),
          })),
        ]}
      />
    </details>
  );
}
