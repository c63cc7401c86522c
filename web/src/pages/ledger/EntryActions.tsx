import { DatePicker, Flex, Form, Input, InputNumber, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { asDay, dayOf, today } from "../../parts/dates";
import { versionTag } from "../../parts/versionTag";

type Entry = Schemas["LedgerEntryRead"];

/** What the service says that the caller may do with an entry now. */
export function EntryActions({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const path = { entry_id: entry.id };
  const params = { path, header: versionTag(entry) };
  const changes = [["ledger"], ["assessment"]];
  const required = [{ required: true, message: t("common.required") }];
  return (
    <Flex gap={4} wrap>
      {entry.actions.includes("confirm") && (
        <ActButton
          label={t("ledger.confirm")}
          sentence={t("ledger.confirmSays")}
          button={{ size: "small", type: "primary" }}
          changes={changes}
          run={() => dataOf(api.POST("/v1/ledger-entries/{entry_id}/confirm", { params }))}
        />
      )}
      {entry.actions.includes("recognise") && (
        <FormDialog<{ eligible_share: number }>
          label={t("ledger.recognise")}
          button={{ size: "small", type: "primary" }}
          initial={{ eligible_share: 1 }}
          changes={changes}
          run={(body) => dataOf(api.POST("/v1/ledger-entries/{entry_id}/recognise", { params, body }))}
        >
          <Form.Item name="eligible_share" label={t("ledger.share")} rules={required}>
            <InputNumber min={0} max={1} step={0.1} style={{ width: "100%" }} />
          </Form.Item>
        </FormDialog>
      )}
      {entry.actions.includes("reject") && (
        <FormDialog<{ reason: string }>
          label={t("ledger.reject")}
          button={{ size: "small", danger: true }}
          changes={changes}
          run={(body) => dataOf(api.POST("/v1/ledger-entries/{entry_id}/reject", { params, body }))}
        >
          <Form.Item name="reason" label={t("ledger.reject_reason")} rules={required}>
            <Input.TextArea rows={2} />
          </Form.Item>
        </FormDialog>
      )}
      {entry.actions.includes("reverse") && (
        <FormDialog<{ amount: number; occurred_on: Dayjs; reason: string }>
          label={t("ledger.reverse")}
          button={{ size: "small" }}
          initial={{ amount: entry.amount - entry.reversed_amount, occurred_on: asDay(today())! }}
          changes={changes}
          run={({ amount, occurred_on, reason }, key) =>
            dataOf(
              api.POST("/v1/ledger-entries/{entry_id}/reverse", {
                params: { path, header: { "idempotency-key": key } },
                body: { amount, occurred_on: dayOf(occurred_on)!, reason },
              }),
            )
          }
        >
          <Typography.Paragraph type="secondary">{t("ledger.reverseNote")}</Typography.Paragraph>
          <Form.Item name="amount" label={t("ledger.amount")} rules={required}>
            <InputNumber min={0} max={entry.amount - entry.reversed_amount} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="occurred_on" label={t("ledger.occurredOn")} rules={required}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="reason" label={t("ledger.reject_reason")} rules={required}>
            <Input maxLength={500} />
          </Form.Item>
        </FormDialog>
      )}
    </Flex>
  );
}
