import { Flex, Form, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { OrganisationName, OrganisationSelect } from "../../parts/organisations";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import type { Opportunity } from "./stages";

/** The field teams that speak for the sides; each side's organisation appoints its own. */
export function FieldTeams({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("opportunities:write") && row.stage !== "ended";
  const own = (["project", "profile"] as const).find((side) => row[`${side}_organisation_id`] === organisation.id);
  const teams = (["project", "profile"] as const).filter((side) => row[`${side}_field_team_id`] !== null);
  const appointed = own && row[`${own}_field_team_id`];
  const changes = [["opportunity", row.id], ["opportunities"]];
  const appoint = (organisation_id: string | null) =>
    dataOf(
      api.PUT("/v1/opportunities/{opportunity_id}/field-team", {
        params: { path: { opportunity_id: row.id }, header: versionTag(row) },
        body: { organisation_id },
      }),
    );
  if (teams.length === 0 && (own === undefined || !mayWrite)) return null;
  return (
    <Flex gap={8} wrap align="center">
      <Typography.Text type="secondary" style={{ fontSize: 13 }}>
        {t("opps.fieldTeam")}:{" "}
        {teams.length === 0
          ? t("opps.fieldTeamNone")
          : teams.map((side) => (
              <span key={side} style={{ marginInlineEnd: 8 }}>
                <OrganisationName id={row[`${side}_field_team_id`]} /> ({t(`opps.side_${side}`)})
              </span>
            ))}
      </Typography.Text>
      {mayWrite && own !== undefined && (
        <FormDialog<{ organisation_id: string }>
          label={t(appointed ? "opps.fieldTeamOther" : "opps.fieldTeamAppoint")}
          button={{ size: "small" }}
          run={(values) => appoint(values.organisation_id)}
          changes={changes}
        >
          <Typography.Paragraph type="secondary">{t("opps.fieldTeamSays")}</Typography.Paragraph>
          <Form.Item name="organisation_id" label={t("opps.fieldTeam")} rules={[{ required: true, message: t("common.required") }]}>
            <OrganisationSelect kind="field_team" />
          </Form.Item>
        </FormDialog>
      )}
      {mayWrite && appointed && (
        <ActButton
          label={t("opps.fieldTeamBack")}
          sentence={t("opps.fieldTeamBackSays")}
          button={{ size: "small" }}
          run={() => appoint(null)}
          changes={changes}
        />
      )}
    </Flex>
  );
}
