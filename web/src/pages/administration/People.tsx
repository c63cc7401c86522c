import { Alert, Flex, Form, Input, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { changed } from "../../parts/changed";
import { OrganisationName, OrganisationSelect } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { useDebounced } from "../../parts/useDebounced";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { temporaryPassword } from "./temporaryPassword";
import { useSecret } from "./useSecret";

type Person = Schemas["PersonRead"];
type Names = Pick<Schemas["PersonCreate"], "name" | "user_name" | "oidc_subject">;
type New = Names & Pick<Schemas["PersonCreate"], "role" | "organisation_id">;
const ROLES: Person["role"][] = ["viewer", "clerk", "approver", "auditor", "administrator", "security_administrator"];

export function People() {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("people:write");
  const reveal = useSecret();
  const [role, setRole] = useState<Person["role"]>();
  const [typed, type] = useState("");
  const q = useDebounced(typed.trim()) || undefined;
  const paged = usePaged(["people", q, role], (cursor) =>
    dataOf(api.GET("/v1/people", { params: { query: { q, role, limit: 20, cursor } } })),
  );
  const mayGrant = useMay("people:grant");
  const add = async ({ oidc_subject, ...values }: New, key: string) => {
    const made = await dataOf(
      api.POST("/v1/people", {
        body: { ...values, oidc_subject: oidc_subject || null, organisation_id: values.organisation_id ?? organisation.id },
        params: { header: { "idempotency-key": key } },
      }),
    );
    reveal(made.temporary_password, t("admin.temporary"));
    return made;
  };
  return (
    <Flex vertical gap={12}>
      <Flex gap={8} wrap role="search">
        <Input.Search aria-label={t("common.search")} placeholder={t("common.search")} allowClear style={{ width: 220 }} value={typed} onChange={(event) => type(event.target.value)} />
        <Select
          aria-label={t("admin.role")}
          placeholder={t("admin.role")}
          allowClear
          style={{ width: 160 }}
          value={role ?? null}
          onChange={(next) => setRole(next ?? undefined)}
          options={ROLES.map((one) => ({ value: one, label: t(`admin.role_${one}`) }))}
        />
        {mayWrite && (
          <FormDialog<New>
            label={t("admin.addPerson")}
            button={{ type: "primary" }}
            initial={{ role: mayGrant ? "clerk" : "viewer", organisation_id: organisation.id }}
            changes={[["people"]]}
            run={add}
          >
            <NameFields />
            {organisation.kind === "platform" && (
              <Form.Item name="organisation_id" label={t("admin.who")} rules={[{ required: true, message: t("common.required") }]}>
                <OrganisationSelect />
              </Form.Item>
            )}
            {mayGrant ? <RoleField /> : <Alert type="info" title={t("admin.viewerFirst")} />}
          </FormDialog>
        )}
      </Flex>
      <PagedTable<Person>
        cards
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
            render: (at: string | null, one) => (
              <Flex gap={4}>
                <Tag color={at ? "red" : "green"}>{t(at ? "admin.disabled" : "admin.active")}</Tag>
                {one.must_change_password && <Tag color="gold">{t("admin.temporaryNow")}</Tag>}
              </Flex>
            ),
          },
          { title: t("common.actions"), key: "actions", render: (_, one) => <PersonActions one={one} /> },
        ]}
      />
    </Flex>
  );
}

function NameFields() {
  const { t } = useTranslation();
  const required = [{ required: true, whitespace: true, message: t("common.required") }];
  return (
    <>
      <Form.Item name="name" label={t("admin.person")} rules={required}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="user_name" label={t("admin.userName")} rules={required} extra={t("admin.userNameNote")}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="oidc_subject" label={t("admin.subject")} extra={t("admin.subjectNote")}>
        <Input maxLength={255} autoComplete="off" />
      </Form.Item>
    </>
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
  const reveal = useSecret();
  // Nobody changes oneself: a last administrator would lock the house from inside.
  if (person?.id === one.id) return null;
  return (
    <Flex gap={4} wrap style={{ minWidth: 200 }}>
      {mayWrite && (
        <FormDialog<Names>
          label={t("common.edit")}
          title={t("admin.changePerson")}
          button={{ size: "small" }}
          initial={{ name: one.name, user_name: one.user_name, oidc_subject: one.oidc_subject }}
          changes={[["people"], ["named", "person", one.id]]}
          run={({ oidc_subject, ...values }) =>
            dataOf(api.PATCH("/v1/people/{person_id}", { params, body: changed(one, { ...values, oidc_subject: oidc_subject || null }) }))
          }
        >
          <NameFields />
        </FormDialog>
      )}
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
          label={t("admin.resetPassword")}
          sentence={t("admin.resetPasswordSays")}
          button={{ size: "small" }}
          changes={[["people"]]}
          run={async () => {
            const new_password = temporaryPassword();
            const row = await dataOf(api.POST("/v1/people/{person_id}/password", { params: { path: { person_id: one.id } }, body: { new_password } }));
            reveal(new_password, t("admin.temporary"));
            return row;
          }}
        />
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
