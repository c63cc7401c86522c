import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Form, Input, Typography } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { useChange } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { useRules } from "../../parts/limits";
import { newKey } from "../../parts/newKey";
import { OrganisationName } from "../../parts/organisations";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import type { Opportunity } from "./stages";

interface Values {
  text: string;
  links?: { name?: string; url?: string }[];
}

/** What the sides write to one another. */
export function Comments({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("opportunities:write");
  const { organisation } = useSession();
  const rules = useRules("CommentWrite");
  const [form] = Form.useForm<Values>();
  const key = useRef(newKey());
  const paged = usePaged(["comments", row.id], (cursor) =>
    dataOf(
      api.GET("/v1/opportunities/{opportunity_id}/comments", {
        params: { path: { opportunity_id: row.id }, query: { limit: 50, cursor } },
      }),
    ),
  );
  const send = useChange(
    ({ text, links }: Values) =>
      dataOf(
        api.POST("/v1/opportunities/{opportunity_id}/comments", {
          params: { path: { opportunity_id: row.id }, header: { "idempotency-key": key.current } },
          body: { text, links: (links ?? []).flatMap(({ name, url }) => (url ? [{ name: name || url.slice(0, 200), url }] : [])) },
        }),
      ),
    [["comments", row.id]],
    () => form.resetFields(),
  );
  return (
    <Flex vertical gap={12} style={{ maxWidth: 800 }}>
      <ProblemAlert error={paged.error} />
      {paged.items.map((one) => (
        <Card
          key={one.id}
          size="small"
          style={one.organisation_id === organisation.id ? { marginInlineStart: 48 } : { marginInlineEnd: 48 }}
        >
          <Flex justify="space-between" gap={8} wrap>
            <strong>
              <OrganisationName id={one.organisation_id} />
            </strong>
            <Typography.Text type="secondary">{instant(one.written_at)}</Typography.Text>
          </Flex>
          <div style={{ whiteSpace: "pre-wrap" }}>{one.text}</div>
          {one.links.map((link) => (
            <div key={link.url}>
              <a href={link.url} target="_blank" rel="noreferrer noopener">
                {link.name}
              </a>
            </div>
          ))}
        </Card>
      ))}
      {paged.items.length === 0 && !paged.loading && <Typography.Text type="secondary">{t("opps.commentEmpty")}</Typography.Text>}
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
      {mayWrite && (
        <Form<Values>
          form={form}
          layout="vertical"
          onFinish={(values) => send.mutate(values, { onSettled: () => (key.current = newKey()) })}
        >
          <Form.Item name="text" label={t("opps.comment")} extra={t("opps.commentNote")} rules={rules("text")}>
            <Input.TextArea rows={3} />
          </Form.Item>
          <Links />
          <ProblemAlert error={send.error} />
          <Button type="primary" htmlType="submit" loading={send.isPending} style={{ marginTop: 8 }}>
            {t("opps.send")}
          </Button>
        </Form>
      )}
    </Flex>
  );
}

/** Files that lie elsewhere: the service keeps the link, not the file. */
function Links() {
  const { t } = useTranslation();
  const rules = useRules("FileLink");
  return (
    <Form.List name="links">
      {(rows, { add, remove }) => (
        <Flex vertical gap={8}>
          {rows.map(({ key, name }) => (
            <Flex key={key} gap={8} wrap align="start">
              <Form.Item name={[name, "name"]} rules={rules("name", { required: false })} style={{ flex: "1 1 140px", marginBottom: 0 }}>
                <Input aria-label={t("opps.linkName")} placeholder={t("opps.linkName")} />
              </Form.Item>
              <Form.Item name={[name, "url"]} rules={rules("url")} style={{ flex: "2 1 200px", marginBottom: 0 }}>
                <Input aria-label={t("opps.linkUrl")} placeholder="https://" inputMode="url" />
              </Form.Item>
              <Button aria-label={t("opps.removeLink")} icon={<DeleteOutlined />} onClick={() => remove(name)} />
            </Flex>
          ))}
          {rows.length < 20 && (
            <Button icon={<PlusOutlined />} onClick={() => add({})} style={{ alignSelf: "start" }}>
              {t("opps.addLink")}
            </Button>
          )}
        </Flex>
      )}
    </Form.List>
  );
}
