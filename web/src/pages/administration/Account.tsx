import { Alert, Card, Descriptions, Flex, Form, Input, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import "./accountWords";
import { KeyFields, keyBody, type KeyValues } from "./KeyFields";
import { KeysTable } from "./KeysTable";
import { useSecret } from "./useSecret";

/** Who one is, one's own password, and the keys for one's own programs. */
export function Account() {
  const { t } = useTranslation();
  const { person, organisation, expires_at } = useSession();
  if (person === null) return <Alert type="info" showIcon title={t("account.byKey")} />;
  return (
    <Flex vertical gap={16}>
      <Card size="small" title={t("account.me")} extra={<Password person={person} />} style={{ maxWidth: 860 }}>
        <Descriptions
          size="small"
          column={{ xs: 1, md: 2 }}
          items={[
            { key: "name", label: t("admin.person"), children: person.name },
            { key: "user", label: t("admin.userName"), children: person.user_name },
            { key: "organisation", label: t("admin.who"), children: organisation.name },
            { key: "role", label: t("admin.role"), children: t(`admin.role_${person.role}`) },
            ...(person.oidc_subject ? [{ key: "subject", label: t("account.subject"), children: person.oidc_subject }] : []),
            { key: "until", label: t("account.until"), children: instant(expires_at) },
          ]}
        />
      </Card>
      <PersonalKeys />
    </Flex>
  );
}

interface Passwords {
  old_password: string;
  new_password: string;
  again: string;
}

function Password({ person }: { person: Schemas["PersonRead"] }) {
  const { t } = useTranslation();
  const mayWrite = useMay("account:write");
  const required = { required: true, message: t("common.required") };
  if (!mayWrite) return null;
  return (
    <FormDialog<Passwords>
      label={t("account.password")}
      changes={[["session"]]}
      run={({ old_password, new_password }) =>
        dataOf(
          api.POST("/v1/people/{person_id}/password", {
            params: { path: { person_id: person.id } },
            body: { old_password, new_password },
          }),
        )
      }
    >
      <Typography.Paragraph type="secondary">{t("account.passwordNote")}</Typography.Paragraph>
      {/* Password managers keep the new password under the name that stands beside it. */}
      <input type="text" name="username" autoComplete="username" value={person.user_name} readOnly hidden />
      <Form.Item name="old_password" label={t("account.old")} rules={[required]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item name="new_password" label={t("account.next")} rules={[required]}>
        <Input.Password autoComplete="new-password" maxLength={128} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("account.again")}
        dependencies={["new_password"]}
        rules={[
          required,
          ({ getFieldValue }) => ({
            validator: (_, typed: string) =>
              !typed || typed === getFieldValue("new_password") ? Promise.resolve() : Promise.reject(new Error(t("account.differs"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={128} />
      </Form.Item>
    </FormDialog>
  );
}

function PersonalKeys() {
  const { t } = useTranslation();
  const mayWrite = useMay("account:write");
  const reveal = useSecret();
  const paged = usePaged(["personal-keys"], (cursor) => dataOf(api.GET("/v1/personal-keys", { params: { query: { limit: 20, cursor } } })));
  const add = async (values: KeyValues, key: string) => {
    const made = await dataOf(
      api.POST("/v1/personal-keys", {
        body: keyBody(values),
        params: { header: { "idempotency-key": key } },
      }),
    );
    reveal(made.secret, t("admin.secret"));
    return made;
  };
  return (
    <section aria-labelledby="personal-keys">
      <Flex vertical gap={12}>
        <div>
          <Typography.Title level={5} id="personal-keys" style={{ margin: 0 }}>
            {t("account.keys")}
          </Typography.Title>
          <Typography.Text type="secondary">{t("account.keysNote")}</Typography.Text>
        </div>
        {mayWrite && (
          <div>
            <FormDialog<KeyValues> label={t("account.add")} button={{ type: "primary" }} changes={[["personal-keys"]]} run={add}>
              <KeyFields />
            </FormDialog>
          </div>
        )}
        <KeysTable
          paged={paged}
          changes={[["personal-keys"]]}
          revoke={
            mayWrite
              ? (one) => dataOf(api.DELETE("/v1/personal-keys/{key_id}", { params: { path: { key_id: one.id }, header: versionTag(one) } }))
              : undefined
          }
        />
      </Flex>
    </section>
  );
}
