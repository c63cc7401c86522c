import { Button, DatePicker, Flex, Form, Input, Select, Tag, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { asDay, dayOf, today } from "../../parts/dates";
import { useRules } from "../../parts/limits";
import { OrganisationName } from "../../parts/organisations";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { useMay } from "../../shell/session";
import { END_REASONS, RESULTS, wantsReason, type Opportunity } from "./stages";

type Outcome = Schemas["OutcomeRead"];
interface Values {
  result: Outcome["result"];
  reason_code?: Outcome["reason_code"];
  decided_on?: Dayjs | null;
  note?: string;
}

const COLOUR: Record<Outcome["result"], string> = {
  accepted: "blue",
  signed: "green",
  funds_in_place: "green",
  refused: "red",
  ended: "default",
};

/** What became of the recommendation, as the ranking learns from it; the record notes most of it by itself. */
export function Outcomes({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("outcomes:write");
  const query = { project_id: row.project_id, profile_id: row.profile_id };
  const paged = usePaged(["outcomes", query], (cursor) =>
    dataOf(api.GET("/v1/outcomes", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const note = (values: Values, key: string) =>
    dataOf(
      api.POST("/v1/outcomes", {
        params: { header: { "idempotency-key": key } },
        body: {
          ...query,
          result: values.result,
          reason_code: wantsReason(values.result) ? (values.reason_code ?? null) : null,
          decided_on: dayOf(values.decided_on),
          note: values.note || null,
        },
      }),
    );
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" align="center" gap={12} wrap>
        <div>
          <Typography.Title level={5} style={{ margin: 0 }}>
            {t("opps.outcomes")}
          </Typography.Title>
          <Typography.Text type="secondary">{t("opps.outcomesNote")}</Typography.Text>
        </div>
        {mayWrite && (
          <FormDialog<Values> label={t("opps.addOutcome")} initial={{ decided_on: asDay(today()) }} run={note} changes={[["outcomes"]]}>
            <OutcomeFields />
          </FormDialog>
        )}
      </Flex>
      <ProblemAlert error={paged.error} />
      {paged.items.map((one) => (
        <div key={one.id}>
          <Tag color={one.superseded_at ? "default" : COLOUR[one.result]}>{t(`opps.result_${one.result}`)}</Tag>
          {one.superseded_at && <Tag>{t("opps.superseded")}</Tag>}
          {one.decided_on} ·{" "}
          <Typography.Text type="secondary">
            <OrganisationName id={one.organisation_id} />
          </Typography.Text>
          {one.reason_code && ` · ${t(`opps.reason_${one.reason_code}`)}`}
          {one.note && <div style={{ whiteSpace: "pre-wrap" }}>{one.note}</div>}
        </div>
      ))}
      {paged.items.length === 0 && !paged.loading && !paged.error && <Typography.Text type="secondary">{t("opps.noOutcomes")}</Typography.Text>}
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "start" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

function OutcomeFields() {
  const { t } = useTranslation();
  const rules = useRules("OutcomeWrite");
  const result = Form.useWatch<Outcome["result"] | undefined>("result");
  return (
    <>
      <Form.Item name="result" label={t("opps.result")} rules={rules("result")}>
        <Select options={RESULTS.map((one) => ({ value: one, label: t(`opps.result_${one}`) }))} />
      </Form.Item>
      {wantsReason(result) && (
        <Form.Item name="reason_code" label={t("opps.reasonOf")} rules={rules("reason_code", { required: true })}>
          <Select options={END_REASONS.map((reason) => ({ value: reason, label: t(`opps.reason_${reason}`) }))} />
        </Form.Item>
      )}
      <Form.Item name="decided_on" label={t("opps.occurredOn")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="note" label={t("opps.note")} rules={rules("note")}>
        <Input.TextArea rows={2} />
      </Form.Item>
    </>
  );
}
