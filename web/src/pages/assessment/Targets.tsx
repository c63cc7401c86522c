import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Form, Input, InputNumber, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { ExportButton } from "../../parts/ExportButton";
import { ImportDrawer } from "../../parts/ImportDrawer";
import { useRules } from "../../parts/limits";
import { figure } from "../../parts/numbers";
import { OrganisationName, OrganisationSelect } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { PairingSelect } from "../../parts/pairings";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";
import type { Assessment } from "./risks";

type Target = Schemas["TargetRead"];
type Values = Omit<Schemas["TargetWrite"], "year" | "programme">;

interface Props {
  year: number;
  programme: Assessment["programme"];
  organisationId: string | undefined;
}

const CHANGES = [["targets"], ["assessment"]];
const PERIODS = ["first_quarter", "first_half", "first_three_quarters", "year"] as const;

/** The targets that were set, by whom and on which document; an authority sets them here. */
export function Targets({ year, programme, organisationId }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayWrite = useMay("targets:write");
  const mayImport = [useMay("imports:write"), useMay("files:write")].every(Boolean) && mayWrite;
  const [importing, setImporting] = useState(false);
  const query = { year, programme, organisation_id: organisationId };
  const indicators = useIndicators(year, programme);
  const paged = usePaged(["targets", query], (cursor) => dataOf(api.GET("/v1/targets", { params: { query: { ...query, limit: 50, cursor } } })));
  const set = (body: Values, key: string) =>
    dataOf(
      api.POST("/v1/targets", {
        params: { header: { "idempotency-key": key } },
        body: { ...body, year, programme, pairing_id: body.pairing_id || null, document_no: body.document_no || null, note: body.note || null },
      }),
    );
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" gap={12} wrap>
        <Typography.Text type="secondary" style={{ maxWidth: 720 }}>
          {t("assess.targetsIntro")}
        </Typography.Text>
        <Flex gap={8} wrap align="start">
          <ExportButton key={JSON.stringify(query)} what={{ kind: "targets", format: "xlsx", parameters: query }}>
            {t("assess.exportTargets")}
          </ExportButton>
          {mayImport && <Button onClick={() => setImporting(true)}>{t("assess.importTargets")}</Button>}
          {mayWrite && (
            <FormDialog<Values>
              label={t("assess.setTarget")}
              button={{ type: "primary" }}
              initial={{ organisation_id: organisationId, period: "year" }}
              run={set}
              changes={CHANGES}
            >
              <TargetFields year={year} programme={programme} />
            </FormDialog>
          )}
        </Flex>
      </Flex>
      <ImportDrawer kind="targets" open={importing} onClose={() => setImporting(false)} onStored={() => CHANGES.forEach((queryKey) => void client.invalidateQueries({ queryKey }))} />
      <PagedTable<Target>
        paged={paged}
        rowKey="id"
        columns={[
          {
            title: t("assess.indicator"),
            key: "indicator",
            render: (_, one) => (
              <>
                {indicators.nameOf(one.indicator)}
                {one.note && <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>{one.note}</Typography.Text>}
              </>
            ),
          },
          {
            title: t("assess.target"),
            key: "amount",
            align: "right",
            render: (_, one) => (
              <>
                <strong>{figure(one.amount)}</strong> {indicators.unitOf(one.indicator) ?? one.unit}
              </>
            ),
          },
          ...(mayWrite ? [{ title: t("assess.organisation"), key: "of", render: (_: unknown, one: Target) => <OrganisationName id={one.organisation_id} /> }] : []),
          { title: t("assess.period"), dataIndex: "period", render: (period: string) => t(`assess.period_${period}`) },
          { title: t("assess.pairing"), dataIndex: "pairing_id", render: (id: string | null) => t(id === null ? "assess.allPairings" : "assess.onePairing") },
          { title: t("assess.documentNo"), dataIndex: "document_no", render: (text: string | null) => text ?? "—" },
          { title: t("assess.setBy"), key: "by", render: (_, one) => <OrganisationName id={one.set_by_organisation_id} /> },
          ...(mayWrite ? [{ title: t("common.actions"), key: "actions", render: (_: unknown, one: Target) => <TargetActions one={one} /> }] : []),
        ]}
      />
    </Flex>
  );
}

function TargetActions({ one }: { one: Target }) {
  const { t } = useTranslation();
  const rules = useRules("TargetWrite");
  const params = { path: { target_id: one.id }, header: versionTag(one) };
  return (
    <Flex gap={4}>
      <FormDialog<Schemas["TargetChangePatch"]>
        label={t("common.edit")}
        button={{ size: "small" }}
        initial={{ amount: one.amount, document_no: one.document_no, note: one.note }}
        run={(body) => dataOf(api.PATCH("/v1/targets/{target_id}", { params, body: { ...body, document_no: body.document_no || null, note: body.note || null } }))}
        changes={CHANGES}
      >
        <Form.Item name="amount" label={`${t("assess.target")} (${one.unit})`} rules={rules("amount")}>
          <InputNumber style={{ width: "100%" }} controls={false} inputMode="decimal" />
        </Form.Item>
        <Rest />
      </FormDialog>
      <ActButton
        label={t("common.delete")}
        sentence={t("assess.deleteTargetSays")}
        button={{ size: "small", danger: true }}
        run={() => dataOf(api.DELETE("/v1/targets/{target_id}", { params }))}
        changes={CHANGES}
      />
    </Flex>
  );
}

function TargetFields({ year, programme }: Pick<Props, "year" | "programme">) {
  const { t } = useTranslation();
  const rules = useRules("TargetWrite");
  const indicators = useIndicators(year, programme);
  const chosen = Form.useWatch<string | undefined>("indicator");
  return (
    <>
      <Form.Item name="organisation_id" label={t("assess.organisation")} rules={rules("organisation_id")}>
        <OrganisationSelect />
      </Form.Item>
      <Form.Item name="indicator" label={t("assess.indicator")} rules={rules("indicator")}>
        <Select showSearch={{ optionFilterProp: "label" }} options={indicators.all.map(({ code }) => ({ value: code, label: indicators.nameOf(code) }))} />
      </Form.Item>
      <Form.Item name="amount" label={`${t("assess.target")}${chosen ? ` (${indicators.unitOf(chosen) ?? ""})` : ""}`} rules={rules("amount")}>
        <InputNumber style={{ width: "100%" }} controls={false} inputMode="decimal" />
      </Form.Item>
      <Form.Item name="period" label={t("assess.period")} rules={rules("period", { required: true })}>
        <Select options={PERIODS.map((one) => ({ value: one, label: t(`assess.period_${one}`) }))} />
      </Form.Item>
      <Form.Item name="pairing_id" label={t("assess.pairing")} extra={t("assess.pairingNote")}>
        <PairingSelect allowClear regionCode={undefined} programme={programme} />
      </Form.Item>
      <Rest />
    </>
  );
}

function Rest() {
  const { t } = useTranslation();
  const rules = useRules("TargetWrite");
  return (
    <>
      <Form.Item name="document_no" label={t("assess.documentNo")} rules={rules("document_no")}>
        <Input />
      </Form.Item>
      <Form.Item name="note" label={t("assess.submitNote")} rules={rules("note")}>
        <Input.TextArea autoSize={{ minRows: 1 }} />
      </Form.Item>
    </>
  );
}

/** The lines of the pack that holds in a year: an authority's before what ships. */
function useIndicators(year: number, programme: Assessment["programme"]) {
  const { i18n } = useTranslation();
  const english = i18n.language === "en";
  const { data } = useQuery({
    queryKey: ["indicator-packs", programme, year],
    queryFn: () => dataOf(api.GET("/v1/indicator-packs", { params: { query: { programme, year, limit: 100 } } })),
    staleTime: 600_000,
  });
  const packs = data?.items ?? [];
  const all = (packs.find(({ is_example }) => !is_example) ?? packs[0])?.indicators ?? [];
  const find = (code: string) => packs.flatMap(({ indicators }) => indicators).find((one) => one.code === code);
  return {
    all,
    nameOf: (code: string) => (english ? find(code)?.name_en : find(code)?.name_zh) ?? code,
    unitOf: (code: string) => (english ? find(code)?.unit : find(code)?.unit_zh),
  };
}
