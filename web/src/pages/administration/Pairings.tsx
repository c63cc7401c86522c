import { DatePicker, Flex, Form, Input, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { changed } from "../../parts/changed";
import { asDay, dayOf } from "../../parts/dates";
import { ExportButton } from "../../parts/ExportButton";
import { PagedTable } from "../../parts/PagedTable";
import { RegionName, RegionSelect } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";

type Pairing = Schemas["PairingRead"];
type Values = Omit<Schemas["PairingWrite"], "since" | "until"> & { since?: Dayjs | null; until?: Dayjs | null };
const PROGRAMMES: Pairing["programme"][] = ["mountain_sea", "east_west", "other"];

/** What is typed, as it is sent; what was emptied is null and no empty text. */
function bodyOf(values: Values): Schemas["PairingWrite"] {
  const { since, until, evidence, source, ...rest } = values;
  return { ...rest, since: dayOf(since), until: dayOf(until), evidence: evidence || null, source: source || null };
}

export function Pairings() {
  const { t } = useTranslation();
  const mayWrite = useMay("pairings:write");
  const [region, setRegion] = useState<string>();
  const [programme, setProgramme] = useState<Pairing["programme"]>();
  const query = { region_code: region, programme };
  const paged = usePaged(["pairings", query], (cursor) =>
    dataOf(api.GET("/v1/pairings", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const programmes = PROGRAMMES.map((one) => ({ value: one, label: t(`choice.programme_${one}`) }));
  const add = (values: Values, key: string) =>
    dataOf(api.POST("/v1/pairings", { body: bodyOf(values), params: { header: { "idempotency-key": key } } }));
  const text = (value: string | null) => <div style={{ maxWidth: 300, minWidth: 120, whiteSpace: "normal", overflowWrap: "anywhere" }}>{value ?? "—"}</div>;
  return (
    <Flex vertical gap={12}>
      <Flex gap={8} wrap role="search">
        <RegionSelect aria-label={t("admin.region")} placeholder={t("admin.region")} allowClear style={{ width: 240 }} value={region ?? null} onChange={(code) => setRegion(code ?? undefined)} />
        <Select aria-label={t("admin.programme")} placeholder={t("admin.programme")} allowClear style={{ width: 150 }} value={programme ?? null} onChange={(value) => setProgramme(value ?? undefined)} options={programmes} />
        <ExportButton key={JSON.stringify(query)} what={{ kind: "pairings", format: "xlsx", parameters: query }}>
          Excel
        </ExportButton>
        {mayWrite && (
          <FormDialog<Values> label={t("admin.addPairing")} button={{ type: "primary" }} changes={[["pairings"]]} run={add}>
            <Fields />
          </FormDialog>
        )}
      </Flex>
      <PagedTable<Pairing>
        cards
        paged={paged}
        rowKey="id"
        columns={[
          { title: t("admin.supporting"), dataIndex: "supporting_region_code", render: (code: string) => <RegionName code={code} /> },
          { title: t("admin.partner"), dataIndex: "partner_region_code", render: (code: string) => <RegionName code={code} /> },
          { title: t("admin.programme"), dataIndex: "programme", render: (one: string) => t(`choice.programme_${one}`) },
          { title: t("admin.since"), dataIndex: "since", render: (day: string | null) => day ?? "—" },
          { title: t("admin.until"), dataIndex: "until", render: (day: string | null) => day ?? "—" },
          { title: t("admin.evidence"), dataIndex: "evidence", render: text },
          { title: t("admin.source"), dataIndex: "source", render: text },
          ...(mayWrite ? [{ title: t("common.actions"), key: "actions", render: (_: unknown, one: Pairing) => <Changes one={one} /> }] : []),
        ]}
      />
    </Flex>
  );
}

function Fields() {
  const { t } = useTranslation();
  const required = [{ required: true, message: t("common.required") }];
  return (
    <>
      <Form.Item name="supporting_region_code" label={t("admin.supporting")} rules={required}>
        <RegionSelect />
      </Form.Item>
      <Form.Item name="partner_region_code" label={t("admin.partner")} rules={required}>
        <RegionSelect />
      </Form.Item>
      <Form.Item name="programme" label={t("admin.programme")} rules={required}>
        <Select options={PROGRAMMES.map((one) => ({ value: one, label: t(`choice.programme_${one}`) }))} />
      </Form.Item>
      <Form.Item name="since" label={t("admin.since")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="until" label={t("admin.until")} extra={t("admin.untilNote")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="evidence" label={t("admin.evidence")}>
        <Input.TextArea autoSize={{ minRows: 1 }} maxLength={2000} />
      </Form.Item>
      <Form.Item name="source" label={t("admin.source")}>
        <Input />
      </Form.Item>
    </>
  );
}

function Changes({ one }: { one: Pairing }) {
  const { t } = useTranslation();
  const params = { path: { pairing_id: one.id }, header: versionTag(one) };
  const initial = {
    supporting_region_code: one.supporting_region_code,
    partner_region_code: one.partner_region_code,
    programme: one.programme,
    since: asDay(one.since),
    until: asDay(one.until),
    evidence: one.evidence,
    source: one.source,
  };
  return (
    <Flex gap={4}>
      <FormDialog<Values>
        label={t("common.edit")}
        title={t("admin.changePairing")}
        button={{ size: "small" }}
        initial={initial}
        changes={[["pairings"]]}
        run={(values) => dataOf(api.PATCH("/v1/pairings/{pairing_id}", { params, body: changed(one, bodyOf(values)) }))}
      >
        <Fields />
      </FormDialog>
      <ActButton
        label={t("common.delete")}
        sentence={t("admin.deleteSays")}
        button={{ size: "small", danger: true }}
        changes={[["pairings"]]}
        run={() => dataOf(api.DELETE("/v1/pairings/{pairing_id}", { params }))}
      />
    </Flex>
  );
}
