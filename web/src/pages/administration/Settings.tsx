import { useQuery } from "@tanstack/react-query";
import { Alert, Card, Checkbox, Descriptions, Flex, Form, Input, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { OrganisationSelect } from "../../parts/organisations";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import "../approvals/words";
import "./settingWords";

type SettingsOf = Schemas["SettingsRead"];
const ACTIONS: SettingsOf["second_person_for"] = ["profile.publish", "opportunity.recommend", "hold.release", "assessment.submit"];

/** What an organisation decides for itself; a platform may look after any. */
export function Settings() {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("settings:write");
  const [chosen, choose] = useState(organisation.id);
  const path = { organisation_id: chosen };
  const { data, error, refetch } = useQuery({
    queryKey: ["settings", chosen],
    queryFn: () => dataOf(api.GET("/v1/organisations/{organisation_id}/settings", { params: { path } })),
  });
  return (
    <Flex vertical gap={12} style={{ maxWidth: 860 }}>
      <Typography.Text type="secondary">{t("settings.intro")}</Typography.Text>
      {organisation.kind === "platform" && (
        <OrganisationSelect aria-label={t("settings.organisation")} style={{ maxWidth: 360 }} value={chosen} onChange={choose} />
      )}
      <ProblemAlert error={error} retry={() => void refetch()} />
      {!data && !error && <Skeleton active />}
      {data && (
        <>
          {!mayWrite && <Alert type="info" title={t("settings.readOnly")} />}
          <SecondPersons settings={data} mayWrite={mayWrite} />
          <SignInService settings={data} mayWrite={mayWrite} />
          <Typography.Text type="secondary">
            {t("common.updatedAt")} {data.updated_at ? instant(data.updated_at) : t("settings.never")}
          </Typography.Text>
        </>
      )}
    </Flex>
  );
}

interface Part {
  settings: SettingsOf;
  mayWrite: boolean;
}

function useSave(settings: SettingsOf) {
  const params = { path: { organisation_id: settings.organisation_id }, header: versionTag(settings) };
  return {
    changes: [["settings", settings.organisation_id]],
    save: (body: Schemas["SettingsPatch"]) => dataOf(api.PATCH("/v1/organisations/{organisation_id}/settings", { params, body })),
  };
}

function SecondPersons({ settings, mayWrite }: Part) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const { changes, save } = useSave(settings);
  const mayRead = useMay("people:read");
  const approvers = useQuery({
    queryKey: ["people", "approvers", settings.organisation_id],
    queryFn: () =>
      dataOf(api.GET("/v1/people", { params: { query: { role: "approver", organisation_id: settings.organisation_id, limit: 100 } } })),
    enabled: mayRead && (organisation.kind === "platform" || organisation.id === settings.organisation_id),
  }).data;
  const nobody = approvers !== undefined && approvers.items.every(({ disabled_at }) => disabled_at !== null);
  const name = (action: string) => t(`approvals.action_${action.replace(".", "_")}`);
  return (
    <Card
      size="small"
      title={t("settings.second")}
      extra={
        mayWrite && (
          <FormDialog<{ actions: SettingsOf["second_person_for"] }>
            label={t("common.edit")}
            title={t("settings.secondChange")}
            initial={{ actions: settings.second_person_for }}
            changes={changes}
            run={({ actions }) => save({ second_person_for: actions })}
          >
            <Typography.Paragraph type="secondary">{t("settings.secondNote")}</Typography.Paragraph>
            {nobody && <Alert type="warning" showIcon title={t("settings.noApprover")} style={{ marginBottom: 12 }} />}
            <Form.Item name="actions" label={t("settings.second")}>
              <Checkbox.Group style={{ flexDirection: "column", gap: 8 }} options={ACTIONS.map((action) => ({ value: action, label: name(action) }))} />
            </Form.Item>
          </FormDialog>
        )
      }
    >
      <Flex vertical gap={8}>
        <Typography.Text type="secondary">{t("settings.secondNote")}</Typography.Text>
        {settings.second_person_for.length === 0 && t("settings.secondNone")}
        {settings.second_person_for.length > 0 && (
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>
            {ACTIONS.filter((action) => settings.second_person_for.includes(action)).map((action) => (
              <li key={action}>{name(action)}</li>
            ))}
          </ul>
        )}
        {nobody && settings.second_person_for.length > 0 && <Alert type="warning" showIcon title={t("settings.noApprover")} />}
      </Flex>
    </Card>
  );
}

function SignInService({ settings, mayWrite }: Part) {
  const { t } = useTranslation();
  const { changes, save } = useSave(settings);
  const { oidc } = settings;
  const required = [{ required: true, whitespace: true, message: t("common.required") }];
  const back = `${window.location.origin}/?organisation_id=${settings.organisation_id}`;
  return (
    <Card
      size="small"
      title={t("settings.oidc")}
      extra={
        mayWrite && (
          <Flex gap={8}>
            <FormDialog<Schemas["Oidc"]>
              label={t("common.edit")}
              title={t("settings.oidcChange")}
              initial={oidc ?? {}}
              changes={changes}
              run={(values) => save({ oidc: { issuer: values.issuer.trim(), audience: values.audience.trim(), jwks_uri: values.jwks_uri.trim() } })}
            >
              <Form.Item name="issuer" label={t("settings.issuer")} rules={required}>
                <Input maxLength={200} placeholder="https://login.example.cn" />
              </Form.Item>
              <Form.Item name="audience" label={t("settings.audience")} extra={t("settings.audienceNote")} rules={required}>
                <Input maxLength={200} placeholder="shanhai" />
              </Form.Item>
              <Form.Item name="jwks_uri" label={t("settings.jwks")} extra={t("settings.jwksNote")} rules={required}>
                <Input maxLength={200} placeholder="https://login.example.cn/keys" />
              </Form.Item>
            </FormDialog>
            {oidc && (
              <ActButton
                label={t("common.delete")}
                sentence={t("settings.oidcRemoveSays")}
                button={{ danger: true }}
                changes={changes}
                run={() => save({ oidc: null })}
              />
            )}
          </Flex>
        )
      }
    >
      {oidc === null ? (
        t("settings.oidcNone")
      ) : (
        <Flex vertical gap={8}>
          <Typography.Text type="secondary">{t("settings.oidcNote")}</Typography.Text>
          <Descriptions
            size="small"
            column={1}
            items={[
              { key: "issuer", label: t("settings.issuer"), children: oidc.issuer },
              { key: "audience", label: t("settings.audience"), children: oidc.audience },
              { key: "jwks", label: t("settings.jwks"), children: <span style={{ overflowWrap: "anywhere" }}>{oidc.jwks_uri}</span> },
              {
                key: "back",
                label: t("settings.back"),
                children: (
                  <Typography.Text copyable style={{ overflowWrap: "anywhere" }}>
                    {back}
                  </Typography.Text>
                ),
              },
            ]}
          />
          <Typography.Text type="secondary">{t("settings.backNote")}</Typography.Text>
        </Flex>
      )}
    </Card>
  );
}
