import { Alert, Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { today } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { RegionSelect } from "../../parts/reference";
import { useSession } from "../../shell/session";
import { KINDS } from "./states";

type Write = Schemas["ProfileWrite"];

/** Begins a profile as a draft with what is needed at least; the form follows on its page. */
export function NewProfile() {
  const { t } = useTranslation();
  const name = useFieldName();
  const navigate = useNavigate();
  const { organisation } = useSession();
  const create = async (values: Write, key: string) => {
    const made = await dataOf(
      api.POST("/v1/profiles", {
        body: { ...values, as_of: today(), status: "draft" },
        params: { header: { "idempotency-key": key } },
      }),
    );
    if ("region_code" in made) void navigate(`/profiles/${made.id}`);
    return made;
  };
  return (
    <FormDialog<Write>
      label={t("profiles.newProfile")}
      button={{ type: "primary" }}
      initial={{ region_code: organisation.region_code ?? undefined, site_kind: "industrial_park" }}
      run={create}
      changes={[["profiles"]]}
    >
      <Form.Item name="site_name" label={name("site_name")} rules={[{ required: true, message: t("common.required") }]}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="region_code" label={name("region_code")} rules={[{ required: true, message: t("common.required") }]}>
        <RegionSelect level="county" />
      </Form.Item>
      <Form.Item name="site_kind" label={name("site_kind")} rules={[{ required: true, message: t("common.required") }]}>
        <Select options={KINDS.map((kind) => ({ value: kind, label: t(`choice.site_kind_${kind}`) }))} />
      </Form.Item>
      {organisation.kind !== "county" && <Alert type="info" showIcon title={t("profiles.unconfirmedNote")} />}
    </FormDialog>
  );
}
