import { DatePicker, Flex, Form, Input, Select, Tag, Timeline, Typography } from "antd";
import { Button } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { asDay, dayOf, daysSince } from "../../parts/dates";
import { useRules } from "../../parts/limits";
import { OrganisationName } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";
import { MILESTONE_KINDS, type Opportunity } from "./stages";

type Milestone = Schemas["MilestoneRead"];
interface Values {
  kind: Milestone["kind"];
  name?: string | null;
  planned_on?: Dayjs | null;
  actual_on?: Dayjs | null;
  document_no?: string | null;
  note?: string | null;
}

const bodyOf = (values: Values) => ({
  kind: values.kind,
  name: values.name || null,
  planned_on: dayOf(values.planned_on),
  actual_on: dayOf(values.actual_on),
  document_no: values.document_no || null,
  note: values.note || null,
});

/** Planned against reached, the overdue marked; with the documents' numbers. */
export function Milestones({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("opportunities:write") && row.stage !== "ended";
  const changes = [["milestones", row.id], ["opportunity", row.id], ["opportunities"]];
  const paged = usePaged(["milestones", row.id], (cursor) =>
    dataOf(
      api.GET("/v1/opportunities/{opportunity_id}/milestones", {
        params: { path: { opportunity_id: row.id }, query: { limit: 50, cursor } },
      }),
    ),
  );
  const add = (values: Values, key: string) =>
    dataOf(
      api.POST("/v1/opportunities/{opportunity_id}/milestones", {
        params: { path: { opportunity_id: row.id }, header: { "idempotency-key": key } },
        body: bodyOf(values),
      }),
    );
  const params = (one: Milestone) => ({
    path: { opportunity_id: row.id, milestone_id: one.id },
    header: versionTag(one),
  });
  const address = "/v1/opportunities/{opportunity_id}/milestones/{milestone_id}" as const;
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" align="center">
        <Typography.Title level={5} style={{ margin: 0 }}>
          {t("opps.milestones")}
        </Typography.Title>
        {mayWrite && (
          <FormDialog<Values> label={t("opps.addMilestone")} run={add} changes={changes}>
            <MilestoneFields />
          </FormDialog>
        )}
      </Flex>
      <PagedTable<Milestone>
        cards
        paged={paged}
        rowKey="id"
        columns={[
          {
            title: t("opps.kind"),
            key: "kind",
            render: (_, one) => (
              <>
                {t(`opps.kind_${one.kind}`)}
                {one.name ? ` · ${one.name}` : ""}
                {one.note && (
                  <Typography.Text type="secondary" style={{ display: "block", fontSize: 12, whiteSpace: "pre-wrap" }}>
                    {one.note}
                  </Typography.Text>
                )}
              </>
            ),
          },
          { title: t("opps.plannedOn"), dataIndex: "planned_on", render: (day: string | null) => day ?? "—" },
          { title: t("opps.actualOn"), dataIndex: "actual_on", render: (day: string | null) => day ?? "—" },
          { title: t("opps.standing"), key: "mark", render: (_, one) => <MilestoneMark one={one} /> },
          { title: t("opps.documentNo"), dataIndex: "document_no", render: (text: string | null) => text ?? "—" },
          ...(mayWrite
            ? [
                {
                  title: t("common.actions"),
                  key: "actions",
                  render: (_: unknown, one: Milestone) => (
                    <Flex gap={4}>
                      <FormDialog<Values>
                        label={t("common.edit")}
                        title={t("opps.editMilestone")}
                        button={{ size: "small" }}
                        initial={{ ...one, planned_on: asDay(one.planned_on), actual_on: asDay(one.actual_on) }}
                        run={(values) => dataOf(api.PATCH(address, { params: params(one), body: bodyOf(values) }))}
                        changes={changes}
                      >
                        <MilestoneFields />
                      </FormDialog>
                      <ActButton
                        label={t("common.delete")}
                        sentence={t("opps.deleteSays")}
                        button={{ size: "small", danger: true }}
                        run={() => dataOf(api.DELETE(address, { params: params(one) }))}
                        changes={changes}
                      />
                    </Flex>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Flex>
  );
}

function MilestoneMark({ one }: { one: Milestone }) {
  const { t } = useTranslation();
  if (one.actual_on) return <Tag color="green">{t("opps.reached")}</Tag>;
  if (one.overdue) return <Tag color="red">{t("opps.overdue", { days: daysSince(one.planned_on ?? "") })}</Tag>;
  return <Tag>{t("opps.open")}</Tag>;
}

function MilestoneFields() {
  const { t } = useTranslation();
  const rules = useRules("MilestoneWrite");
  return (
    <>
      <Form.Item name="kind" label={t("opps.kind")} rules={rules("kind")}>
        <Select options={MILESTONE_KINDS.map((kind) => ({ value: kind, label: t(`opps.kind_${kind}`) }))} />
      </Form.Item>
      <Form.Item name="name" label={t("opps.name")} rules={rules("name")}>
        <Input />
      </Form.Item>
      <Form.Item name="planned_on" label={t("opps.plannedOn")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="actual_on" label={t("opps.actualOn")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="document_no" label={t("opps.documentNo")} rules={rules("document_no")}>
        <Input />
      </Form.Item>
      <Form.Item name="note" label={t("opps.note")} rules={rules("note")}>
        <Input.TextArea rows={2} />
      </Form.Item>
    </>
  );
}

/** The stages that the record has passed, by whom and on which document. */
export function History({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const paged = usePaged(["stage-changes", row.id], (cursor) =>
    dataOf(
      api.GET("/v1/opportunities/{opportunity_id}/stage-changes", {
        params: { path: { opportunity_id: row.id }, query: { limit: 50, cursor } },
      }),
    ),
  );
  if (paged.error) return <ProblemAlert error={paged.error} />;
  return (
    <Flex vertical gap={12}>
      <Typography.Title level={5} style={{ margin: 0 }}>
        {t("opps.history")}
      </Typography.Title>
      <Timeline
        items={paged.items.map((change) => ({
          key: change.id,
          color: change.to_stage === "ended" ? "gray" : "green",
          content: (
            <>
              <strong>{t(`choice.stage_${change.to_stage}`)}</strong> · {change.occurred_on} ·{" "}
              <Typography.Text type="secondary">
                <OrganisationName id={change.organisation_id} />
              </Typography.Text>
              {change.document_no && ` · ${change.document_no}`}
              {change.reason_code && ` · ${t(`opps.reason_${change.reason_code}`)}`}
              {change.note && <div>{change.note}</div>}
            </>
          ),
        }))}
      />
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "start" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}
