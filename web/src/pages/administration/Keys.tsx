import { Alert, DatePicker, Flex, Form, Input, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { dayOf } from "../../parts/dates";
import { OrganisationName, OrganisationSelect } from "../../parts/organisations";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { KeysTable } from "./KeysTable";
import { useSecret } from "./useSecret";

interface Values {
  name: string;
  organisation_id: string;
  scopes?: Schemas["Permission"][];
  expires?: Dayjs | null;
}

/** Keys of the organisation's own programs; a platform makes those of others too. */
export function Keys() {
  const { t } = useTranslation();
  const { organisation, permissions } = useSession();
  const mayWrite = useMay("keys:write");
  const reveal = useSecret();
  const isPlatform = organisation.kind === "platform";
  const paged = usePaged(["keys"], (cursor) => dataOf(api.GET("/v1/keys", { params: { query: { limit: 20, cursor } } })));
  const add = async ({ name, organisation_id, scopes, expires }: Values, key: string) => {
    const made = await dataOf(
      api.POST("/v1/keys", {
        body: {
          name,
          scopes: scopes ?? [],
          organisation_id: organisation_id ?? organisation.id,
          expires_at: expires ? `${dayOf(expires)}T23:59:59+08:00` : null,
        },
        params: { header: { "idempotency-key": key } },
      }),
    );
    reveal(made.secret, t("admin.secret"));
    return made;
  };
  return (
    <Flex vertical gap={12}>
      <Alert type="info" title={t("admin.keysNote")} />
      {mayWrite && (
        <div>
          <FormDialog<Values> label={t("admin.addKey")} button={{ type: "primary" }} initial={{ organisation_id: organisation.id }} changes={[["keys"]]} run={add}>
            <Form.Item name="name" label={t("admin.name")} rules={[{ required: true, whitespace: true, message: t("common.required") }]}>
              <Input maxLength={200} />
            </Form.Item>
            {isPlatform && (
              <Form.Item name="organisation_id" label={t("admin.who")} rules={[{ required: true, message: t("common.required") }]}>
                <OrganisationSelect />
              </Form.Item>
            )}
            <Form.Item name="scopes" label={t("admin.scopes")}>
              <Select mode="multiple" placeholder={t("admin.allScopes")} options={permissions.map((one) => ({ value: one, label: one }))} />
            </Form.Item>
            <Form.Item name="expires" label={t("admin.expires")}>
              <DatePicker style={{ width: "100%" }} />
            </Form.Item>
          </FormDialog>
        </div>
      )}
      <KeysTable
        paged={paged}
        changes={[["keys"]]}
        owner={(one) => <OrganisationName id={one.organisation_id} />}
        revoke={
          mayWrite
            ? (one) => dataOf(api.DELETE("/v1/keys/{key_id}", { params: { path: { key_id: one.id }, header: versionTag(one) } }))
            : undefined
        }
      />
    </Flex>
  );
}
