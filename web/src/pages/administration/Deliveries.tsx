import { ReloadOutlined } from "@ant-design/icons";
import { Button, Drawer, Flex, Form, Input, Select, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { newKey } from "../../parts/newKey";
import { PagedTable } from "../../parts/PagedTable";
import { usePaged } from "../../parts/usePaged";
import { useMay } from "../../shell/session";
import { typeKey, type EventType } from "../alerts/eventText";

type Webhook = Schemas["WebhookRead"];
type Delivery = Schemas["DeliveryRead"];
const STATES: Delivery["state"][] = ["pending", "delivered", "failed", "cancelled"];
const COLOUR: Record<Delivery["state"], string> = { pending: "gold", delivered: "green", failed: "red", cancelled: "default" };

/** What was sent to a webhook or waits to be, with every attempt. */
export function Deliveries({ webhook, onClose }: { webhook: Webhook | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer
      open={webhook !== null}
      onClose={onClose}
      size={900}
      destroyOnHidden
      title={<span style={{ overflowWrap: "anywhere" }}>{t("hooks.deliveriesOf", { url: webhook?.description ?? webhook?.url })}</span>}
      styles={{ wrapper: { maxWidth: "100vw" } }}
    >
      {webhook && <Listed webhook={webhook} />}
    </Drawer>
  );
}

function Listed({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation();
  const mayWrite = useMay("webhooks:write");
  const [state, setState] = useState<Delivery["state"]>();
  const path = { webhook_id: webhook.id };
  const changes = [["deliveries", webhook.id]];
  const paged = usePaged(["deliveries", webhook.id, state], (cursor) =>
    dataOf(api.GET("/v1/webhooks/{webhook_id}/deliveries", { params: { path, query: { state, limit: 20, cursor } } })),
  );
  const send = (event_id: string, key: string) =>
    dataOf(api.POST("/v1/webhooks/{webhook_id}/deliveries", { params: { path, header: { "idempotency-key": key } }, body: { event_id } }));
  return (
    <Flex vertical gap={12}>
      <Flex gap={8} wrap role="search">
        <Select
          aria-label={t("hooks.state")}
          placeholder={t("hooks.state")}
          allowClear
          style={{ width: 150 }}
          value={state ?? null}
          onChange={(next) => setState(next ?? undefined)}
          options={STATES.map((one) => ({ value: one, label: t(`hooks.dstate_${one}`) }))}
        />
        <Button icon={<ReloadOutlined />} onClick={paged.refresh}>
          {t("common.refresh")}
        </Button>
        {mayWrite && webhook.enabled && (
          <FormDialog<{ event_id: string }> label={t("hooks.redeliverOne")} changes={changes} run={({ event_id }, key) => send(event_id.trim(), key)}>
            <Typography.Paragraph type="secondary">{t("hooks.redeliverSays")}</Typography.Paragraph>
            <Form.Item name="event_id" label={t("hooks.eventId")} extra={t("hooks.eventNote")} rules={[{ required: true, whitespace: true, message: t("common.required") }]}>
              <Input maxLength={40} placeholder="evt_" />
            </Form.Item>
          </FormDialog>
        )}
      </Flex>
      <PagedTable<Delivery>
        cards
        paged={paged}
        rowKey="id"
        size="small"
        expandable={{ expandedRowRender: (one) => <Attempts one={one} />, rowExpandable: (one) => one.attempts.length > 0 }}
        columns={[
          {
            title: t("hooks.event"),
            dataIndex: "event_type",
            render: (type: EventType, one) => (
              <div>
                {t(typeKey(type))}
                <div>
                  <Typography.Text type="secondary" copyable={{ text: one.event_id }} style={{ fontSize: 12 }}>
                    {one.event_id.slice(0, 14)}…
                  </Typography.Text>
                </div>
              </div>
            ),
          },
          { title: t("admin.at"), dataIndex: "created_at", render: instant },
          { title: t("hooks.state"), dataIndex: "state", render: (one: Delivery["state"]) => <Tag color={COLOUR[one]}>{t(`hooks.dstate_${one}`)}</Tag> },
          { title: t("hooks.attempts"), key: "attempts", align: "right", render: (_, one) => one.attempts.length },
          { title: t("hooks.last"), key: "last", render: (_, one) => <Result attempt={one.attempts.at(-1)} /> },
          {
            title: `${t("hooks.delivered")} / ${t("hooks.next")}`,
            key: "when",
            render: (_, one) => (one.delivered_at ? instant(one.delivered_at) : one.next_attempt_at ? `→ ${instant(one.next_attempt_at)}` : "—"),
          },
          ...(mayWrite && webhook.enabled
            ? [
                {
                  title: t("common.actions"),
                  key: "actions",
                  render: (_: unknown, one: Delivery) =>
                    one.state === "pending" ? null : (
                      <ActButton
                        label={t("hooks.redeliver")}
                        sentence={t("hooks.redeliverSays")}
                        button={{ size: "small" }}
                        changes={changes}
                        run={() => send(one.event_id, newKey())}
                      />
                    ),
                },
              ]
            : []),
        ]}
      />
    </Flex>
  );
}

function Result({ attempt }: { attempt: Schemas["Attempt"] | undefined }) {
  const { t } = useTranslation();
  if (attempt === undefined) return <Typography.Text type="secondary">{t("hooks.noAttempt")}</Typography.Text>;
  const good = attempt.status != null && attempt.status >= 200 && attempt.status < 300;
  return (
    <Typography.Text type={good ? "success" : "danger"}>
      {attempt.error ? t(`hooks.error_${attempt.error}`) : t("hooks.answered", { status: attempt.status })}
    </Typography.Text>
  );
}

function Attempts({ one }: { one: Delivery }) {
  const { t } = useTranslation();
  return (
    <Table<Schemas["Attempt"]>
      size="small"
      rowKey="at"
      pagination={false}
      dataSource={one.attempts}
      columns={[
        { title: t("admin.at"), dataIndex: "at", render: instant },
        { title: t("hooks.last"), key: "result", render: (_, attempt) => <Result attempt={attempt} /> },
        { title: "", dataIndex: "milliseconds", align: "right", render: (ms: number) => t("hooks.milliseconds", { ms }) },
      ]}
    />
  );
}
