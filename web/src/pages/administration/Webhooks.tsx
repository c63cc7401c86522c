import { Button, Flex, Form, Input, Select, Tag, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { newKey } from "../../parts/newKey";
import { PagedTable } from "../../parts/PagedTable";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";
import { GROUPS, typeKey, type EventType, type Group } from "../alerts/eventText";
import "../alerts/words";
import { Deliveries } from "./Deliveries";
import { useSecret } from "./useSecret";
import "./webhookWords";

type Webhook = Schemas["WebhookRead"];
type Values = Pick<Schemas["WebhookWrite"], "url" | "description" | "event_types">;

/** Addresses of the organisation's own programs, to which its events are sent. */
export function Webhooks() {
  const { t } = useTranslation();
  const mayWrite = useMay("webhooks:write");
  const [shown, show] = useState<Webhook | null>(null);
  const reveal = useSecret();
  const paged = usePaged(["webhooks"], (cursor) => dataOf(api.GET("/v1/webhooks", { params: { query: { limit: 20, cursor } } })));
  const add = async ({ url, description, event_types }: Values, key: string) => {
    const made = await dataOf(
      api.POST("/v1/webhooks", {
        body: { url: url.trim(), description: description || null, event_types: event_types ?? [], enabled: true },
        params: { header: { "idempotency-key": key } },
      }),
    );
    reveal(made.secret, t("hooks.secret"), t("hooks.secretNote"));
    return made;
  };
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("hooks.intro")}</Typography.Text>
      {mayWrite && (
        <div>
          <FormDialog<Values> label={t("hooks.add")} button={{ type: "primary" }} changes={[["webhooks"]]} run={add}>
            <Fields />
          </FormDialog>
        </div>
      )}
      <PagedTable<Webhook>
        cards
        paged={paged}
        rowKey="id"
        columns={[
          {
            title: t("hooks.url"),
            dataIndex: "url",
            render: (url: string, one) => (
              <div style={{ maxWidth: 340, minWidth: 200, whiteSpace: "normal", overflowWrap: "anywhere" }}>
                {one.description && <strong style={{ fontWeight: 500 }}>{one.description}</strong>}
                <div>{url}</div>
                <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                  {t("hooks.rotated", { at: instant(one.secret_rotated_at) })}
                  {one.previous_until && ` · ${t("hooks.previous", { at: instant(one.previous_until) })}`}
                </Typography.Text>
              </div>
            ),
          },
          { title: t("hooks.types"), dataIndex: "event_types", render: (types: EventType[]) => <Types types={types} /> },
          {
            title: t("hooks.state"),
            key: "state",
            render: (_, one) => (
              <Flex vertical gap={4} align="start">
                <Tag color={one.enabled ? "green" : "red"}>{t(one.enabled ? "hooks.enabled" : `hooks.disabled_${one.disabled_because ?? "asked"}`)}</Tag>
                {one.failing_since && <Typography.Text type="warning">{t("hooks.failingSince", { at: instant(one.failing_since) })}</Typography.Text>}
              </Flex>
            ),
          },
          {
            title: t("common.actions"),
            key: "actions",
            render: (_, one) => (
              <Flex gap={4} wrap style={{ minWidth: 220, maxWidth: 300 }}>
                <Button size="small" onClick={() => show(one)}>
                  {t("hooks.deliveries")}
                </Button>
                {mayWrite && <Changes one={one} onTest={() => show(one)} />}
              </Flex>
            ),
          },
        ]}
      />
      <Deliveries webhook={paged.items.find(({ id }) => id === shown?.id) ?? null} onClose={() => show(null)} />
    </Flex>
  );
}

function Types({ types }: { types: EventType[] }) {
  const { t } = useTranslation();
  if (types.length === 0) return <>{t("hooks.allTypes")}</>;
  const names = types.map((type) => t(typeKey(type)));
  return (
    <Tooltip title={names.join(" · ")}>
      <Flex gap={4} wrap style={{ maxWidth: 220 }}>
        {names.slice(0, 3).map((name) => (
          <Tag key={name}>{name}</Tag>
        ))}
        {names.length > 3 && <Tag>+{names.length - 3}</Tag>}
      </Flex>
    </Tooltip>
  );
}

function Fields() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item name="url" label={t("hooks.url")} extra={t("hooks.urlNote")} rules={[{ required: true, whitespace: true, message: t("common.required") }]}>
        <Input type="url" maxLength={2000} placeholder="https://" autoComplete="off" />
      </Form.Item>
      <Form.Item name="description" label={t("hooks.description")}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="event_types" label={t("hooks.types")}>
        <Select
          mode="multiple"
          placeholder={t("hooks.allTypes")}
          showSearch={{ optionFilterProp: "label" }}
          options={(Object.keys(GROUPS) as Group[]).map((group) => ({
            label: t(`events.group_${group}`),
            options: GROUPS[group].map((one) => ({ value: one as EventType, label: t(typeKey(one)) })),
          }))}
        />
      </Form.Item>
    </>
  );
}

function Changes({ one, onTest }: { one: Webhook; onTest: () => void }) {
  const { t } = useTranslation();
  const reveal = useSecret();
  const params = { path: { webhook_id: one.id }, header: versionTag(one) };
  const changes = [["webhooks"]];
  return (
    <>
      <ActButton
        label={t("hooks.test")}
        sentence={t("hooks.testSays")}
        button={{ size: "small", disabled: !one.enabled }}
        changes={[["webhooks"], ["deliveries", one.id]]}
        run={async () => {
          const sent = await dataOf(
            api.POST("/v1/webhooks/{webhook_id}/test", { params: { path: { webhook_id: one.id }, header: { "idempotency-key": newKey() } } }),
          );
          onTest();
          return sent;
        }}
      />
      <FormDialog<Values>
        label={t("common.edit")}
        button={{ size: "small" }}
        initial={{ url: one.url, description: one.description, event_types: one.event_types }}
        changes={changes}
        run={({ url, description, event_types }) =>
          dataOf(
            api.PATCH("/v1/webhooks/{webhook_id}", {
              params,
              body: { url: url.trim(), description: description || null, event_types: event_types ?? [] },
            }),
          )
        }
      >
        <Fields />
      </FormDialog>
      <ActButton
        label={t(one.enabled ? "hooks.disable" : "hooks.enable")}
        sentence={t(one.enabled ? "hooks.disableSays" : "hooks.enableSays")}
        button={{ size: "small" }}
        changes={changes}
        run={() => dataOf(api.PATCH("/v1/webhooks/{webhook_id}", { params, body: { enabled: !one.enabled } }))}
      />
      <ActButton
        label={t("hooks.rotate")}
        sentence={t("hooks.rotateSays")}
        button={{ size: "small" }}
        changes={changes}
        run={async () => {
          const made = await dataOf(api.POST("/v1/webhooks/{webhook_id}/secret", { params }));
          reveal(made.secret, t("hooks.secret"), t("hooks.secretNote"));
          return made;
        }}
      />
      <ActButton
        label={t("common.delete")}
        sentence={t("hooks.deleteSays")}
        button={{ size: "small", danger: true }}
        changes={changes}
        run={() => dataOf(api.DELETE("/v1/webhooks/{webhook_id}", { params }))}
      />
    </>
  );
}
