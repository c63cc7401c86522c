import { Alert, Flex, Form } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { OrganisationName, OrganisationSelect } from "../../parts/organisations";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { KeyFields, keyBody, type KeyValues } from "./KeyFields";
import { KeysTable } from "./KeysTable";
import { useSecret } from "./useSecret";

interface Values extends KeyValues {
  organisation_id: string;
}

/** Keys of the organisation's own programs; a platform makes those of others too. */
export function Keys() {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("keys:write");
  const reveal = useSecret();
  const isPlatform = organisation.kind === "platform";
  const paged = usePaged(["keys"], (cursor) => dataOf(api.GET("/v1/keys", { params: { query: { limit: 20, cursor } } })));
  const add = async ({ organisation_id, ...values }: Values, key: string) => {
    const made = await dataOf(
      api.POST("/v1/keys", {
        body: { ...keyBody(values), organisation_id: organisation_id ?? organisation.id },
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
            <KeyFields>
              {isPlatform && (
                <Form.Item name="organisation_id" label={t("admin.who")} rules={[{ required: true, message: t("common.required") }]}>
                  <OrganisationSelect />
                </Form.Item>
              )}
            </KeyFields>
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
