import { Button, Flex, Form, Input, InputNumber, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQueryClient } from "@tanstack/react-query";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { ExportButton } from "../../parts/ExportButton";
import { ImportDrawer } from "../../parts/ImportDrawer";
import { useIndicatorNames, useIndicatorUnits, usePacks } from "../../parts/indicators";
import { figure } from "../../parts/numbers";
import { OrganisationName, OrganisationSelect, useOrganisation } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { PairingName, PairingSelect } from "../../parts/pairings";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { linesFor } from "./packs";
import { PERIODS, type Scope } from "./scope";

type Target = Schemas["TargetRead"];
type Values = Pick<Schemas["TargetWrite"], "organisation_id" | "indicator" | "period" | "pairing_id" | "amount" | "document_no" | "note">;

/** What has to be reached; an authority sets it for the organisations of its region. */
export function Targets({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const client = useQueryClient();
  const [importing, setImporting] = useState(false);
  const [mayWrite, mayImport] = [useMay("targets:write"), useMay("imports:write")];
  const [indicator, unit] = [useIndicatorNames(), useIndicatorUnits()];
  const { year, programme, period, organisation_id } = scope;
  const query = { year, programme, period, organisation_id };
  const paged = usePaged(["targets", query], (cursor) =>
    dataOf(api.GET("/v1/targets", { params: { query: { ...query, limit: 50, cursor } } })),
  );
  const changes = [["targets"], ["assessment"]];
  const add = (values: Values, key: string) =>
    dataOf(
      api.POST("/v1/targets", {
        body: {
          ...values,
          year,
          programme,
          pairing_id: values.pairing_id ?? null,
          document_no: values.document_no || null,
          note: values.note || null,
        },
        params: { header: { "idempotency-key": key } },
      }),
    );
  // Of an authority above, the organisation's own people only read them.
  const settable = (one: Target) => mayWrite && (organisation.kind === "platform" || one.set_by_organisation_id === organisation.id);
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("assessSet.targetsIntro")}</Typography.Text>
      <Flex gap={8} wrap align="start">
        {mayWrite && (
          <FormDialog<Values> label={t("assessSet.addTarget")} button={{ type: "primary" }} initial={{ period, organisation_id }} changes={changes} run={add}>
            <Scoped scope={scope} />
            <Amount />
          </FormDialog>
        )}
        {mayWrite && mayImport && <Button onClick={() => setImporting(true)}>{t("assessSet.importTargets")}</Button>}
        <ExportButton key={JSON.stringify(query)} what={{ kind: "targets", format: "xlsx", parameters: withoutUndefined(query) }}>
          Excel
        </ExportButton>
      </Flex>
      <PagedTable<Target>
        cards
        paged={paged}
        rowKey="id"
        columns={[
          { title: t("assessSet.organisation"), dataIndex: "organisation_id", render: (id: string) => <OrganisationName id={id} /> },
          { title: t("assessSet.indicator"), dataIndex: "indicator", render: (code: string, one) => indicator(code, one.programme) },
          {
            title: t("assessSet.amount"),
            dataIndex: "amount",
            align: "right",
            render: (amount: number, one) => <span className="numbers">{`${figure(amount)} ${unit(one.unit)}`}</span>,
          },
          { title: t("assess.period"), dataIndex: "period", render: (one: string) => t(`assess.period_${one}`) },
          { title: t("assessSet.pairing"), dataIndex: "pairing_id", render: (id: string | null) => (id ? <PairingName id={id} /> : t("assess.allPairings")) },
          { title: t("assessSet.documentNo"), dataIndex: "document_no", render: (text: string | null) => text ?? "—" },
          { title: t("assessSet.note"), dataIndex: "note", render: (text: string | null) => <div style={{ maxWidth: 240, whiteSpace: "normal" }}>{text ?? "—"}</div> },
          { title: t("assessSet.setBy"), dataIndex: "set_by_organisation_id", render: (id: string) => <OrganisationName id={id} /> },
          ...(mayWrite
            ? [
                {
                  title: t("common.actions"),
                  key: "actions",
                  render: (_: unknown, one: Target) => (settable(one) ? <Changes one={one} changes={changes} /> : null),
                },
              ]
            : []),
        ]}
      />
      <ImportDrawer
        kind="targets"
        open={importing}
        onClose={() => setImporting(false)}
        onStored={() => void client.invalidateQueries({ queryKey: ["targets"] })}
      />
    </Flex>
  );
}

const withoutUndefined = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Whose target it is, of which indicator, until when, and under which pairing. */
function Scoped({ scope }: { scope: Scope }) {
  const { t, i18n } = useTranslation();
  const packs = usePacks();
  const region = useOrganisation(Form.useWatch<string | undefined>("organisation_id"))?.region_code ?? undefined;
  const required = [{ required: true, message: t("common.required") }];
  const isEnglish = i18n.language === "en";
  return (
    <>
      <Typography.Paragraph strong>{`${scope.year} · ${t(`choice.programme_${scope.programme}`)}`}</Typography.Paragraph>
      <Form.Item name="organisation_id" label={t("assessSet.organisation")} rules={required}>
        <OrganisationSelect />
      </Form.Item>
      <Form.Item name="indicator" label={t("assessSet.indicator")} rules={required}>
        <Select
          showSearch={{ optionFilterProp: "label" }}
          options={linesFor(packs, scope.programme, scope.year).map((line) => ({
            value: line.code,
            label: isEnglish ? `${line.name_en} (${line.unit})` : `${line.name_zh}（${line.unit_zh}）`,
          }))}
        />
      </Form.Item>
      <Form.Item name="period" label={t("assess.period")} rules={required}>
        <Select options={PERIODS.map((one) => ({ value: one, label: t(`assess.period_${one}`) }))} />
      </Form.Item>
      <Form.Item name="pairing_id" label={t("assessSet.pairing")}>
        <PairingSelect allowClear placeholder={t("assess.allPairings")} disabled={region === undefined} regionCode={region} programme={scope.programme} />
      </Form.Item>
    </>
  );
}

function Amount() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item name="amount" label={t("assessSet.amount")} rules={[{ required: true, message: t("common.required") }]}>
        <InputNumber min={0} style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="document_no" label={t("assessSet.documentNo")}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="note" label={t("assessSet.note")}>
        <Input.TextArea autoSize={{ minRows: 1 }} maxLength={2000} />
      </Form.Item>
    </>
  );
}

function Changes({ one, changes }: { one: Target; changes: string[][] }) {
  const { t } = useTranslation();
  const params = { path: { target_id: one.id }, header: versionTag(one) };
  return (
    <Flex gap={4}>
      <FormDialog<Pick<Values, "amount" | "document_no" | "note">>
        label={t("common.edit")}
        title={t("assessSet.changeTarget")}
        button={{ size: "small" }}
        initial={{ amount: one.amount, document_no: one.document_no, note: one.note }}
        changes={changes}
        run={({ amount, document_no, note }) =>
          dataOf(api.PATCH("/v1/targets/{target_id}", { params, body: { amount, document_no: document_no || null, note: note || null } }))
        }
      >
        <Amount />
      </FormDialog>
      <ActButton
        label={t("common.delete")}
        sentence={t("assessSet.deleteTargetSays")}
        button={{ size: "small", danger: true }}
        changes={changes}
        run={() => dataOf(api.DELETE("/v1/targets/{target_id}", { params }))}
      />
    </Flex>
  );
}
