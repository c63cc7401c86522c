import { Alert, Button, DatePicker, Flex, Form, Input, Select, Tooltip, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { asDay, dayOf, today } from "../../parts/dates";
import { useRules } from "../../parts/limits";
import { useMay, useSession } from "../../shell/session";
import { END_REASONS, sideOf, type Opportunity } from "./stages";

type Next = Schemas["NextStage"];
interface Values {
  occurred_on: Dayjs | null;
  document_no?: string;
  note?: string;
  reason_code?: Schemas["StageMove"]["reason_code"];
}

/** The stages that the record may go to now, as the service names them; nothing else is offered. */
export function StageMoves({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("opportunities:write");
  const side = sideOf(row, useSession().organisation.id);
  const { pending } = row;
  if (!mayWrite) return null;
  return (
    <Flex vertical gap={12}>
      {pending && (
        <Alert
          type={pending.agreed_by === side ? "info" : "warning"}
          showIcon
          title={t("opps.pending", { side: t(`opps.side_${pending.agreed_by}`), stage: t(`choice.stage_${pending.to}`) })}
          description={t(pending.agreed_by === side ? "opps.pendingThere" : "opps.pendingHere")}
        />
      )}
      <Flex gap={8} wrap align="center">
        {row.next_stages.length === 0 && <Typography.Text type="secondary">{t("opps.noMoves")}</Typography.Text>}
        {row.next_stages.map((next) => (
          <Move key={next.to} row={row} next={next} side={side} />
        ))}
      </Flex>
    </Flex>
  );
}

function Move({ row, next, side }: { row: Opportunity; next: Next; side: ReturnType<typeof sideOf> }) {
  const { t } = useTranslation();
  const rules = useRules("StageMove");
  const stage = t(`choice.stage_${next.to}`);
  const agreed = row.pending?.to === next.to;
  const hindrance =
    next.by === "counterpart" && side === row.recommended_by
      ? t("opps.waitsCounterpart")
      : next.needs_unsealed_investor && row.unsealed_by.length < 2
        ? t("opps.needsName")
        : agreed && row.pending?.agreed_by === side
          ? t("opps.pendingThere")
          : null;
  const label =
    next.to === "ended"
      ? t("opps.endIt")
      : next.by === "both"
        ? t(agreed ? "opps.agreeTo" : "opps.proposeTo", { stage })
        : t("opps.moveTo", { stage });
  if (hindrance !== null)
    return (
      <Tooltip title={hindrance}>
        <Button disabled aria-label={`${label} (${hindrance})`}>
          {label} · {hindrance}
        </Button>
      </Tooltip>
    );
  const run = (values: Values, key: string) =>
    dataOf(
      api.POST("/v1/opportunities/{opportunity_id}/stage-changes", {
        params: { path: { opportunity_id: row.id }, header: { "idempotency-key": key } },
        body: {
          to: next.to,
          occurred_on: dayOf(values.occurred_on),
          document_no: values.document_no || null,
          note: values.note || null,
          ...(next.needs_reason ? { reason_code: values.reason_code } : {}),
        },
      }),
    );
  return (
    <FormDialog<Values>
      label={label}
      initial={{ occurred_on: asDay(today()) }}
      button={next.to === "ended" ? { danger: true } : { type: "primary" }}
      run={run}
      changes={[["opportunity", row.id], ["opportunities"], ["stage-changes", row.id], ["holds"]]}
    >
      {next.by === "both" && <Typography.Paragraph type="secondary">{t("opps.needsBoth")}</Typography.Paragraph>}
      {next.needs_reason && (
        <Form.Item name="reason_code" label={t("opps.reason")} rules={rules("reason_code", { required: true })}>
          <Select options={END_REASONS.map((reason) => ({ value: reason, label: t(`opps.reason_${reason}`) }))} />
        </Form.Item>
      )}
      <Form.Item name="occurred_on" label={t("opps.occurredOn")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      {!next.needs_reason && (
        <Form.Item name="document_no" label={t("opps.documentNo")} rules={rules("document_no")}>
          <Input />
        </Form.Item>
      )}
      <Form.Item name="note" label={t("opps.note")} rules={rules("note")}>
        <Input.TextArea rows={3} />
      </Form.Item>
    </FormDialog>
  );
}
