import { DatePicker, Flex, Form, Input, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { amount } from "../../parts/amounts";
import { asDay, endOf } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { useCapacities } from "../../parts/reference";
import { useWarned } from "../../parts/useWarned";
import { versionTag } from "../../parts/versionTag";
import { useSession } from "../../shell/session";
import { openAmounts } from "./holdAmounts";
import "./holdWords";

type Hold = Schemas["HoldRead"];

/** What the service says that the caller may do with this hold now. */
export function HoldActions({ hold }: { hold: Hold }) {
  const { t } = useTranslation();
  const warn = useWarned();
  const { organisation } = useSession();
  const params = { path: { hold_id: hold.id }, header: versionTag(hold) };
  const changes = [["holds"], ["pools"], ["profile", hold.profile_id]];
  // Whoever takes a promise back says why; whoever no longer needs it may.
  const mustSayWhy = hold.state === "active" && hold.project_organisation_id !== organisation.id;
  return (
    <Flex gap={8} wrap align="start">
      {hold.actions.includes("grant") && (
        <ActButton
          label={t("holds.grant")}
          sentence={t("holds.grantSays")}
          button={{ type: "primary", size: "small" }}
          changes={changes}
          run={async () => {
            const answer = await dataOf(api.POST("/v1/holds/{hold_id}/grant", { params }));
            warn(answer.warnings);
            return answer;
          }}
        />
      )}
      {hold.actions.includes("extend") && (
        <FormDialog<{ until: Dayjs }>
          label={t("holds.extend")}
          button={{ size: "small" }}
          initial={{ until: asDay(hold.expires_at)?.add(30, "day") }}
          changes={changes}
          run={({ until }) => dataOf(api.POST("/v1/holds/{hold_id}/extend", { params, body: { expires_at: endOf(until) } }))}
        >
          <Form.Item name="until" label={t("holds.until")} extra={t("holds.longest")} rules={[{ required: true, message: t("common.required") }]}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
        </FormDialog>
      )}
      {hold.actions.includes("commit") && <Commit hold={hold} />}
      {hold.actions.includes("release") && (
        <FormDialog<{ reason?: string }>
          label={t("holds.release")}
          button={{ size: "small", danger: true }}
          changes={changes}
          run={({ reason }) => dataOf(api.POST("/v1/holds/{hold_id}/release", { params, body: { reason: reason || null } }))}
        >
          <Form.Item
            name="reason"
            label={t("holds.releaseReason")}
            rules={[{ max: 200 }, ...(mustSayWhy ? [{ required: true, message: t("common.required") }] : [])]}
          >
            <Input />
          </Form.Item>
        </FormDialog>
      )}
    </Flex>
  );
}

type Documents = Record<string, string | undefined>;

/** Turns what documents prove from held into taken; what has no document yet stays held. */
function Commit({ hold }: { hold: Hold }) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const capacities = useCapacities();
  const find = (field: string) => capacities.find((one) => one.name === field);
  const open = openAmounts(hold, (field) => find(field)?.warns ?? false);
  const run = ({ documents }: { documents?: Documents }) => {
    const given = Object.entries(documents ?? {}).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim()));
    return dataOf(
      api.POST("/v1/holds/{hold_id}/commit", {
        params: { path: { hold_id: hold.id }, header: versionTag(hold) },
        body: { documents: Object.fromEntries(given) },
      }),
    );
  };
  return (
    <FormDialog<{ documents?: Documents }>
      label={t("holds.commit")}
      button={{ size: "small" }}
      changes={[["holds"], ["pools"], ["profile", hold.profile_id], ["profile-versions", hold.profile_id]]}
      run={run}
    >
      <Typography.Paragraph type="secondary">{t("holds.commitNote")}</Typography.Paragraph>
      {open.map(([field, value]) => (
        <Form.Item
          key={field}
          name={["documents", field]}
          label={`${t("holds.documentOf", { name: name(field) })} · ${amount(value, find(field)?.unit ?? "", i18n.language)}`}
          rules={[
            { max: 100 },
            (form) => ({
              validator: () =>
                open.some(([one]) => (form.getFieldValue(["documents", one]) as string | undefined)?.trim())
                  ? Promise.resolve()
                  : Promise.reject(new Error(t("holds.oneDocument"))),
            }),
          ]}
          dependencies={open.filter(([one]) => one !== field).map(([one]) => ["documents", one])}
        >
          <Input />
        </Form.Item>
      ))}
    </FormDialog>
  );
}
