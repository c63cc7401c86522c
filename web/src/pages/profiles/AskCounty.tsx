import { Alert, Button, DatePicker, Flex, Form, Input, Modal, Select, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { endOf, instant } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { useRules } from "../../parts/limits";
import { useQuantities } from "../../parts/reference";
import { useSession } from "../../shell/session";
import { askable, mainOf, type Profile } from "./figures";
import "./requestWords";

type Made = Schemas["ProfileRequestCreated"];

interface Values {
  fields?: string[];
  recipient?: string;
  message?: string;
  until?: Dayjs | null;
}

/** Makes a request, and shows its link the one time that it can be seen. */
export function AskCounty({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const rules = useRules("ProfileRequestWrite");
  const [made, setMade] = useState<Made | null>(null);
  const ask = async ({ fields, recipient, message, until }: Values, key: string) => {
    const answer = await dataOf(
      api.POST("/v1/profile-requests", {
        params: { header: { "idempotency-key": key } },
        body: {
          profile_id: profile.id,
          fields: fields ?? [],
          recipient: recipient || null,
          message: message || null,
          expires_at: until ? endOf(until) : null,
        },
      }),
    );
    setMade(answer);
    return answer;
  };
  return (
    <>
      <FormDialog<Values>
        label={t("requests.ask")}
        initial={{ fields: mainOf(profile) }}
        run={ask}
        changes={[["profile-requests"]]}
      >
        <Typography.Paragraph type="secondary">{t("requests.intro")}</Typography.Paragraph>
        <FieldsChoice profile={profile} />
        <Form.Item name="recipient" label={t("requests.recipient")} rules={rules("recipient")}>
          <Input />
        </Form.Item>
        <Form.Item name="message" label={t("requests.message")} rules={rules("message")}>
          <Input.TextArea autoSize={{ minRows: 2 }} />
        </Form.Item>
        <Form.Item name="until" label={t("requests.until")} extra={t("requests.untilNote")}>
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
      </FormDialog>
      <Link made={made} place={profile.site_name ?? profile.region_code} close={() => setMade(null)} />
    </>
  );
}

function FieldsChoice({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const name = useFieldName();
  const rules = useRules("ProfileRequestWrite");
  const form = Form.useFormInstance<Values>();
  const names = [...askable(), ...useQuantities().filter((one) => !one.is_field).map((one) => one.name)];
  return (
    <Form.Item
      name="fields"
      label={t("requests.fields")}
      rules={rules("fields")}
      extra={
        <>
          {t("requests.fieldsNote")}{" "}
          <Button type="link" size="small" style={{ padding: 0 }} onClick={() => form.setFieldValue("fields", mainOf(profile))}>
            {t("requests.pickMain")}
          </Button>
        </>
      }
    >
      <Select mode="multiple" allowClear showSearch={{ optionFilterProp: "label" }} options={names.map((one) => ({ value: one, label: name(one) }))} />
    </Form.Item>
  );
}

function Link({ made, place, close }: { made: Made | null; place: string; close: () => void }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const link = made?.secret ? `${window.location.origin}/answer#${made.secret}` : "";
  const text = t("requests.messageText", { who: organisation.name, place, until: instant(made?.expires_at), link });
  return (
    <Modal
      open={made !== null && link !== ""}
      title={t("requests.linkTitle")}
      onCancel={close}
      mask={{ closable: false }}
      footer={<Button onClick={close}>{t("common.close")}</Button>}
    >
      <Flex vertical gap={12}>
        <Alert type="warning" showIcon title={t("requests.linkOnce")} />
        <Typography.Text code copyable={{ text: link, tooltips: t("requests.copyLink") }} style={{ overflowWrap: "anywhere" }}>
          {link}
        </Typography.Text>
        <Typography.Paragraph copyable={{ text, tooltips: t("requests.copyText") }} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", margin: 0 }}>
          {text}
        </Typography.Paragraph>
      </Flex>
    </Modal>
  );
}
