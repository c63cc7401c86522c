import { Alert, Flex, Input, Segmented, Tag, Typography, type TableProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { useFieldName } from "../../parts/fieldWords";
import { figure, points } from "../../parts/numbers";
import { PagedTable } from "../../parts/PagedTable";
import { unitName } from "../../parts/units";
import { usePaged } from "../../parts/usePaged";
import { holds } from "./holds";
import "./ruleWords";

const SHOWN = ["rules", "criteria", "quantities", "measures"] as const;
type Shown = (typeof SHOWN)[number];

/** What matching and the ledger rest on: rules, criteria, quantities and measures, each with its unit and why. */
export function Rules() {
  const { t } = useTranslation();
  const [asked, ask] = useSearchParams();
  const [typed, type] = useState("");
  const shown = (asked.get("show") ?? "rules") as Shown;
  const Table = TABLES[shown];
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("rules.intro")}</Typography.Text>
      <Flex gap={8} wrap role="search">
        <div style={{ maxWidth: "100%", overflowX: "auto" }}>
          <Segmented
            aria-label={t("admin.rules")}
            value={shown}
            onChange={(show) => ask({ tab: "rules", show }, { replace: true })}
            options={SHOWN.map((one) => ({ value: one, label: t(`rules.show_${one}`) }))}
          />
        </div>
        <Input.Search aria-label={t("rules.search")} placeholder={t("rules.search")} allowClear style={{ width: 240 }} value={typed} onChange={(event) => type(event.target.value)} />
      </Flex>
      <Alert type="info" title={t(`rules.own_${shown}`)} />
      <Table q={typed} />
    </Flex>
  );
}

const TABLES: Record<Shown, (props: { q: string }) => React.ReactNode> = {
  rules: AdmissionRules,
  criteria: Criteria,
  quantities: Quantities,
  measures: Measures,
};

const wrapped = (text: React.ReactNode, width = 320) => <div style={{ maxWidth: width, minWidth: 160, whiteSpace: "normal" }}>{text}</div>;

/** The rows that hold what was typed; the rest of a long list is read as far as it goes. */
function Listed<T extends { name: string }>({ paged, q, ...table }: { paged: ReturnType<typeof usePaged<T>>; q: string } & TableProps<T>) {
  return <PagedTable<T> cards paged={{ ...paged, items: paged.items.filter((one) => holds(one, q)) }} rowKey="name" size="small" {...table} />;
}

function useUnit(): (unit: string) => string {
  const { i18n } = useTranslation();
  return (unit) => unitName(unit, i18n.language) || "—";
}

function AdmissionRules({ q }: { q: string }) {
  const { t, i18n } = useTranslation();
  const nameOf = useFieldName();
  const unitOf = useUnit();
  const paged = usePaged(["rules", i18n.language], (cursor) => dataOf(api.GET("/v1/rules", { params: { query: { limit: 100, cursor } } })));
  return (
    <Listed<Schemas["RuleRead"]>
      paged={paged}
      q={q}
      columns={[
        { title: t("rules.rule"), dataIndex: "title", render: (title: string) => wrapped(<strong style={{ fontWeight: 500 }}>{title}</strong>, 200) },
        { title: t("rules.unit"), dataIndex: "unit", render: unitOf },
        { title: t("rules.source"), dataIndex: "source", render: (text: string) => wrapped(text, 380) },
        { title: t("rules.fields"), dataIndex: "fields", render: (fields: string[]) => wrapped(fields.map(nameOf).join(i18n.language === "en" ? ", " : "、") || "—", 220) },
        { title: t("rules.decidedBy"), dataIndex: "decided_by", render: (one: string) => t(`choice.decided_by_${one}`) },
        {
          title: t("rules.fixable"),
          dataIndex: "fixable",
          render: (can: boolean) => <Tag color={can ? "green" : "default"}>{t(can ? "rules.canFix" : "rules.cannotFix")}</Tag>,
        },
        {
          title: t("rules.validity"),
          key: "valid",
          render: (_, one) => (one.valid_from || one.valid_to ? t("rules.until", { from: one.valid_from ?? "…", to: one.valid_to ?? "…" }) : t("rules.always")),
        },
      ]}
    />
  );
}

function Criteria({ q }: { q: string }) {
  const { t, i18n } = useTranslation();
  const unitOf = useUnit();
  const paged = usePaged(["criteria", i18n.language], (cursor) => dataOf(api.GET("/v1/criteria", { params: { query: { limit: 100, cursor } } })));
  return (
    <Listed<Schemas["CriterionRead"]>
      paged={paged}
      q={q}
      columns={[
        { title: t("rules.criterion"), dataIndex: "title", render: (title: string) => <strong style={{ fontWeight: 500 }}>{title}</strong> },
        { title: t("rules.weight"), dataIndex: "default_weight", align: "right", render: (part: number) => `${points(part)} %` },
        { title: t("rules.unit"), dataIndex: "unit", render: unitOf },
        { title: t("rules.direction"), dataIndex: "direction", render: (one: string) => t(`rules.direction_${one}`) },
        { title: t("rules.bounds"), dataIndex: "bounds", render: (text: string) => wrapped(text, 460) },
        { title: t("rules.neutral"), dataIndex: "neutral", align: "right", render: (value: number) => figure(value) },
      ]}
    />
  );
}

function Quantities({ q }: { q: string }) {
  const { t, i18n } = useTranslation();
  const unitOf = useUnit();
  const paged = usePaged(["quantities", "table"], (cursor) => dataOf(api.GET("/v1/quantities", { params: { query: { limit: 100, cursor } } })));
  const isEnglish = i18n.language === "en";
  return (
    <Listed<Schemas["QuantityRead"]>
      paged={paged}
      q={q}
      columns={[
        { title: t("rules.quantity"), key: "title", render: (_, one) => <strong style={{ fontWeight: 500 }}>{isEnglish ? one.name_en : one.name_zh}</strong> },
        { title: t("rules.unit"), dataIndex: "unit", render: (unit: string, one) => (isEnglish ? unitOf(unit) : one.unit_zh) },
        { title: t("rules.test"), dataIndex: "test", render: (one: string) => t(`rules.test_${one}`) },
        { title: t("rules.kind"), dataIndex: "kind", render: (one: string) => (i18n.exists(`rules.kind_${one}`) ? t(`rules.kind_${one}`) : one) },
        {
          title: t("rules.fixable"),
          dataIndex: "actionable",
          render: (can: boolean) => <Tag color={can ? "green" : "default"}>{t(can ? "rules.canFix" : "rules.cannotFix")}</Tag>,
        },
        { title: t("rules.decidedBy"), dataIndex: "decided_by", render: (one: string) => t(`choice.decided_by_${one}`) },
        { title: t("rules.maximum"), dataIndex: "maximum", align: "right", render: (value: number) => figure(value) },
        { title: t("rules.code"), dataIndex: "name", render: (name: string) => <code>{name}</code> },
      ]}
    />
  );
}

function Measures({ q }: { q: string }) {
  const { t, i18n } = useTranslation();
  const unitOf = useUnit();
  const paged = usePaged(["measures", "table"], (cursor) => dataOf(api.GET("/v1/measures", { params: { query: { limit: 100, cursor } } })));
  const isEnglish = i18n.language === "en";
  const nameOf = (name: string | null) => {
    const found = paged.items.find((one) => one.name === name);
    return found === undefined ? (name ?? "—") : isEnglish ? found.name_en : found.name_zh;
  };
  return (
    <Listed<Schemas["MeasureRead"]>
      paged={paged}
      q={q}
      columns={[
        { title: t("rules.measure"), key: "title", render: (_, one) => <strong style={{ fontWeight: 500 }}>{nameOf(one.name)}</strong> },
        { title: t("rules.unit"), dataIndex: "unit", render: (unit: string, one) => (isEnglish ? unitOf(unit) : one.unit_zh) },
        { title: t("rules.nature"), dataIndex: "nature", render: (one: string) => t(`rules.nature_${one}`) },
        { title: t("rules.withComponent"), dataIndex: "with_component", render: (one: boolean) => t(one ? "common.yes" : "common.no") },
        { title: t("rules.atMost"), dataIndex: "at_most", render: (name: string | null) => nameOf(name) },
        { title: t("rules.decimals"), dataIndex: "decimals", align: "right" },
        { title: t("rules.maximum"), dataIndex: "maximum", align: "right", render: (value: number) => figure(value) },
        { title: t("rules.code"), dataIndex: "name", render: (name: string) => <code>{name}</code> },
      ]}
    />
  );
}
