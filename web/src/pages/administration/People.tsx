import { App, Flex, Form, Input, Select, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { OrganisationName } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { useDebounced } from "../../parts/useDebounced";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";

type Person = Schemas["PersonRead"];
const ROLES: Person["role"][] = ["viewer", "clerk", "approver", "auditor", "administrator", "security_administrator"];

export function People() {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("people:write");
  const { modal } = App.useApp();
  const [typed, type] = useState("");
  const q = useDebounced(typed.trim()) || undefined;
  const paged = usePaged(["people", q], (cursor) =>
    dataOf(api.GET("/v1/people", { params: { query: { q, limit: 20, cursor } } })),
  );
  const required = [{ required: true, message: t("common.required") }];
  const add = async (values: Pick<Schemas["PersonCreate"], "name" | "user_name" | "role">, key: string) => {
    const made = await dataOf(
      api.POST("/v1/people", {
        body: { ...values, organisation_id: organisation.id },
        params: { header: { "idempotency-key": key } },
      }),
    );
    if (made.temporary_password) modal.info({ title: t("admin.temporary"), content: <Typography.Text copyable code>{made.temporary_password}</Typography.Text> });
    return made;
  };
  return (
    <Flex vertical gap={12}>
      <Flex gap={8} wrap role="search">
        <Input.Search aria-label={t("common.search")} placeholder={t("common.search")} allowClear style={{ width: 220 }} value={typed} onChange={(event) => type(event.target.value)} />
        {mayWrite && (
          <FormDialog<Pick<Schemas["PersonCreate"], "name" | "user_name" | "role">> label={t("admin.addPerson")} button={{ type: "primary" }} initial={{ role: "clerk" }} changes={[["people"]]} run={add}>
            <Form.Item name="name" label={t("admin.person")} rules={required}>
              <Input maxLength={200} />
            </Form.Item>
            <Form.Item name="user_name" label={t("admin.userName")} rules={required}>
              <Input maxLength={100} autoComplete="off" />
            </Form.Item>
            <RoleField />
          </FormDialog>
        )}
      </Flex>
      <PagedTable<Person>
        paged={paged}
        rowKey="id"
        columns={[
          { title: t("admin.person"), dataIndex: "name" },
          { title: t("admin.userName"), dataIndex: "user_name" },
          { title: t("admin.who"), dataIndex: "organisation_id", render: (id: string) => <OrganisationName id={id} /> },
          { title: t("admin.role"), dataIndex: "role", render: (role: string) => t(`admin.role_${role}`) },
          {
            title: t("admin.state"),
            dataIndex: "disabled_at",
            render: (at: string | null) => <Tag color={at ? "red" : "green"}>{t(at ? "admin.disabled" : "admin.active")}</Tag>,
          },
          { title: t("common.actions"), key: "actions", render: (_, one) => <PersonActions one={one} /> },
        ]}
      />
    </Flex>
  );
}

function RoleField() {
  const { t } = useTranslation();
  return (
    <Form.Item name="role" label={t("admin.role")} rules={[{ required: true, message: t("common.required") }]}>
      <Select options={ROLES.map((role) => ({ value: role, label: t(`admin.role_${role}`) }))} />
    </Form.Item>
  );
}

function PersonActions({ one }: { one: Person }) {
  const { t } = useTranslation();
  const { person } = useSession();
  const [mayWrite, mayGrant] = [useMay("people:write"), useMay("people:grant")];
  const params = { path: { person_id: one.id }, header: versionTag(one) };
  // Nobody changes oneself: a last administrator would lock the house from inside.
  if (person?.id === one.id) return null;
  return (
    <Flex gap={4} wrap>
      {mayGrant && (
        <FormDialog<Schemas["RoleWrite"]>
          label={t("admin.changeRole")}
          button={{ size: "small" }}
          initial={{ role: one.role }}
          changes={[["people"]]}
          run={(body) => dataOf(api.POST("/v1/people/{person_id}/role", { params, body }))}
        >
          <RoleField />
        </FormDialog>
      )}
      {mayWrite && (
        <ActButton
          label={t(one.disabled_at ? "admin.enable" : "admin.disable")}
          sentence={t(one.disabled_at ? "admin.enableSays" : "admin.disableSays")}
          button={{ size: "small", danger: !one.disabled_at }}
          changes={[["people"]]}
          run={() =>
            one.disabled_at
              ? dataOf(api.POST("/v1/people/{person_id}/enable", { params }))
              : dataOf(api.POST("/v1/people/{person_id}/disable", { params }))
          }
        />
      )}
    </Flex>
  );
}
