import { Button, DatePicker, Flex, Form, Input, InputNumber, Select, Table, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { asDay, dayOf, today } from "../../parts/dates";
import { useIndicatorNames, usePacks } from "../../parts/indicators";
import { OrganisationName, OrganisationSelect } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { linesFor } from "./packs";
import type { Scope } from "./scope";

type Bulletin = Schemas["BulletinRead"];
interface Values {
  title: string;
  document_no?: string;
  issued_on: Dayjs;
  ranks: { organisation_id: string; indicator?: string | null; rank: number; of?: number | null }[];
}

/** Ranks that an authority makes known. */
export function Bulletins({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("targets:write");
  const { year, programme, period } = scope;
  const query = { year, programme, period };
  const paged = usePaged(["bulletins", query], (cursor) =>
    dataOf(api.GET("/v1/bulletins", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const changes = [["bulletins"], ["assessment"]];
  const add = ({ title, document_no, issued_on, ranks }: Values, key: string) =>
    dataOf(
      api.POST("/v1/bulletins", {
        body: {
          ...query,
          title,
          document_no: document_no || null,
          issued_on: dayOf(issued_on) ?? today(),
          ranks: ranks.map((one) => ({ ...one, indicator: one.indicator ?? null, of: one.of ?? null })),
        },
        params: { header: { "idempotency-key": key } },
      }),
    );
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("assessSet.bulletinsIntro")}</Typography.Text>
      {mayWrite && (
        <div>
          <FormDialog<Values>
            label={t("assessSet.addBulletin")}
            button={{ type: "primary" }}
            width={760}
            initial={{ issued_on: asDay(today())!, ranks: [{} as Values["ranks"][number]] }}
            changes={changes}
            run={add}
          >
            <Fields scope={scope} />
          </FormDialog>
        </div>
      )}
      <PagedTable<Bulletin>
        cards
        paged={paged}
        rowKey="id"
        expandable={{ expandedRowRender: (one) => <Ranks one={one} /> }}
        columns={[
          { title: t("assessSet.bulletinTitle"), dataIndex: "title", render: (text: string) => <div style={{ maxWidth: 420, whiteSpace: "normal" }}>{text}</div> },
          { title: t("assessSet.documentNo"), dataIndex: "document_no", render: (text: string | null) => text ?? "—" },
          { title: t("assessSet.issuedOn"), dataIndex: "issued_on" },
          { title: t("assess.period"), dataIndex: "period", render: (one: string) => t(`assess.period_${one}`) },
          { title: t("assessSet.ranks"), key: "ranks", render: (_, one) => t("assessSet.ranked", { count: one.ranks.length }) },
          { title: t("assessSet.setBy"), dataIndex: "organisation_id", render: (id: string) => <OrganisationName id={id} /> },
          ...(mayWrite
            ? [
                {
                  title: t("common.actions"),
                  key: "actions",
                  render: (_: unknown, one: Bulletin) =>
                    one.organisation_id === organisation.id ? (
                      <ActButton
                        label={t("common.delete")}
                        sentence={t("assessSet.deleteBulletinSays")}
                        button={{ size: "small", danger: true }}
                        changes={changes}
                        run={() => dataOf(api.DELETE("/v1/bulletins/{bulletin_id}", { params: { path: { bulletin_id: one.id }, header: versionTag(one) } }))}
                      />
                    ) : null,
                },
              ]
            : []),
        ]}
      />
    </Flex>
  );
}

function Ranks({ one }: { one: Bulletin }) {
  const { t } = useTranslation();
  const indicator = useIndicatorNames();
  return (
    <Table<Schemas["BulletinRank"]>
      size="small"
      rowKey={(rank) => `${rank.organisation_id}${rank.indicator ?? ""}`}
      pagination={false}
      dataSource={[...one.ranks].sort((a, b) => (a.indicator ?? "").localeCompare(b.indicator ?? "") || a.rank - b.rank)}
      columns={[
        { title: t("assessSet.organisation"), dataIndex: "organisation_id", render: (id: string) => <OrganisationName id={id} /> },
        { title: t("assessSet.indicator"), dataIndex: "indicator", render: (code: string | null) => (code ? indicator(code, one.programme) : t("assessSet.whole")) },
        { title: t("assessSet.rank"), key: "rank", render: (_, rank) => (rank.of ? t("assessSet.rankOf", { rank: rank.rank, of: rank.of }) : rank.rank) },
      ]}
    />
  );
}

function Fields({ scope }: { scope: Scope }) {
  const { t, i18n } = useTranslation();
  const packs = usePacks();
  const required = [{ required: true, message: t("common.required") }];
  const lines = linesFor(packs, scope.programme, scope.year).map((line) => ({ value: line.code, label: i18n.language === "en" ? line.name_en : line.name_zh }));
  return (
    <>
      <Typography.Paragraph strong>{`${scope.year} ${t(`assess.period_${scope.period}`)} · ${t(`choice.programme_${scope.programme}`)}`}</Typography.Paragraph>
      <Form.Item name="title" label={t("assessSet.bulletinTitle")} rules={[{ required: true, whitespace: true, message: t("common.required") }]}>
        <Input maxLength={200} />
      </Form.Item>
      <Flex gap={12} wrap>
        <Form.Item name="document_no" label={t("assessSet.documentNo")} style={{ flex: "1 1 220px" }}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="issued_on" label={t("assessSet.issuedOn")} rules={required} style={{ flex: "1 1 160px" }}>
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
      </Flex>
      <Form.List name="ranks">
        {(rows, { add, remove }) => (
          <Flex vertical gap={4} role="group" aria-label={t("assessSet.ranks")}>
            {rows.map(({ key, name }) => (
              <Flex key={key} gap={8} wrap align="end">
                <Form.Item name={[name, "organisation_id"]} label={t("assessSet.organisation")} rules={required} style={{ flex: "2 1 220px", marginBottom: 8 }}>
                  <OrganisationSelect />
                </Form.Item>
                <Form.Item name={[name, "indicator"]} label={t("assessSet.indicator")} style={{ flex: "2 1 180px", marginBottom: 8 }}>
                  <Select allowClear placeholder={t("assessSet.whole")} showSearch={{ optionFilterProp: "label" }} options={lines} />
                </Form.Item>
                <Form.Item name={[name, "rank"]} label={t("assessSet.rank")} rules={required} style={{ flex: "1 1 80px", marginBottom: 8 }}>
                  <InputNumber min={1} max={10_000} precision={0} style={{ width: "100%" }} />
                </Form.Item>
                <Form.Item name={[name, "of"]} label={t("assessSet.of")} style={{ flex: "1 1 80px", marginBottom: 8 }}>
                  <InputNumber min={1} max={10_000} precision={0} style={{ width: "100%" }} />
                </Form.Item>
                <Button danger style={{ marginBottom: 8 }} onClick={() => remove(name)} disabled={rows.length === 1}>
                  {t("assessSet.removeRank")}
                </Button>
              </Flex>
            ))}
            <Button onClick={() => add({})} style={{ alignSelf: "start", marginBottom: 12 }}>
              {t("assessSet.addRank")}
            </Button>
          </Flex>
        )}
      </Form.List>
    </>
  );
}
