import { App, DatePicker, Flex, Form, Input, Select, Tag, Tooltip, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { dayOf, instant } from "../../parts/dates";
import { OrganisationName } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";

type Key = Schemas["KeyRead"];
interface Values {
  name: string;
  scopes?: Schemas["Permission"][];
  expires?: Dayjs | null;
}

export function Keys() {
  const { t } = useTranslation();
  const { organisation, permissions } = useSession();
  const mayWrite = useMay("keys:write");
  const { modal } = App.useApp();
  const paged = usePaged(["keys"], (cursor) => dataOf(api.GET("/v1/keys", { params: { query: { limit: 20, cursor } } })));
  const add = async ({ name, scopes, expires }: Values, key: string) => {
    const made = await dataOf(
      api.POST("/v1/keys", {
        body: {
          name,
          scopes: scopes ?? [],
          organisation_id: organisation.id,
          expires_at: expires ? `${dayOf(expires)}T23:59:59+08:00` : null,
        },
        params: { header: { "idempotency-key": key } },
      }),
    );
    if (made.secret) modal.info({ width: 560, title: t("admin.secret"), content: <Typography.Text copyable code>{made.secret}</Typography.Text> });
    return made;
  };
  return (
    <Flex vertical gap={12}>
      {mayWrite && (
        <div>
          <FormDialog<Values> label={t("admin.addKey")} button={{ type: "primary" }} changes={[["keys"]]} run={add}>
            <Form.Item name="name" label={t("admin.name")} rules={[{ required: true, message: t("common.required") }]}>
              <Input maxLength={200} />
            </Form.Item>
            <Form.Item name="scopes" label={t("admin.scopes")}>
              <Select mode="multiple" placeholder={t("admin.allScopes")} options={permissions.map((one) => ({ value: one, label: one }))} />
            </Form.Item>
            <Form.Item name="expires" label={t("admin.expires")}>
              <DatePicker style={{ width: "100%" }} />
            </Form.Item>
          </FormDialog>
        </div>
      )}
      <PagedTable<Key>
        paged={paged}
        rowKey="id"
        columns={[
          { title: t("admin.name"), dataIndex: "name" },
          { title: t("admin.prefix"), dataIndex: "prefix", render: (text: string) => <code>{text}</code> },
          { title: t("admin.who"), dataIndex: "organisation_id", render: (id: string) => <OrganisationName id={id} /> },
          {
            title: t("admin.scopes"),
            dataIndex: "scopes",
            render: (scopes: string[]) => (scopes.length === 0 ? t("admin.allScopes") : <Tooltip title={scopes.join(" ")}>{scopes.length}</Tooltip>),
          },
          { title: t("admin.expires"), dataIndex: "expires_at", render: instant },
          {
            title: t("admin.state"),
            dataIndex: "revoked_at",
            render: (at: string | null) => <Tag color={at ? "red" : "green"}>{t(at ? "admin.revoked" : "admin.active")}</Tag>,
          },
          ...(mayWrite
            ? [
                {
                  title: t("common.actions"),
                  key: "actions",
                  render: (_: unknown, one: Key) =>
                    one.revoked_at ? null : (
                      <ActButton
                        label={t("admin.revoke")}
                        sentence={t("admin.revokeSays")}
                        button={{ size: "small", danger: true }}
                        changes={[["keys"]]}
                        run={() => dataOf(api.DELETE("/v1/keys/{key_id}", { params: { path: { key_id: one.id }, header: versionTag(one) } }))}
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
