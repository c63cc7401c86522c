import { useQuery } from "@tanstack/react-query";
import { Alert, Breadcrumb, Card, Flex, Grid, Progress, Spin, Steps, Tabs, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { api, dataOf } from "../../api/client";
import { ActButton } from "../../parts/actions";
import "../../parts/choiceWords";
import "../../parts/fieldWords";
import { SyntheticMark } from "../../parts/Marks";
import { OrganisationName } from "../../parts/organisations";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { oneProfile } from "../../parts/one";
import { RegionName } from "../../parts/reference";
import { useMay, useSession } from "../../shell/session";
import { EnclaveTerms } from "../profiles/EnclaveTerms";
import { hasTerms } from "../profiles/terms";
import { Comments } from "./Comments";
import { FieldTeams } from "./FieldTeams";
import { Holds } from "./Holds";
import { Ledger } from "./Ledger";
import { Outcomes } from "./Outcomes";
import { History, Milestones } from "./Progress";
import { StageMoves } from "./StageMoves";
import { PHASES, sideOf, type Opportunity } from "./stages";
import { Visits } from "./Visits";
import "./words";

/** One joint record as both sides see it. */
export default function OpportunityPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const [asked, ask] = useSearchParams();
  const may = { holds: useMay("holds:read"), ledger: useMay("ledger:read"), visits: useMay("visits:read"), outcomes: useMay("outcomes:read"), enclaves: useMay("enclaves:read") };
  const { data: row, error } = useQuery({
    queryKey: ["opportunity", id],
    queryFn: () => dataOf(api.GET("/v1/opportunities/{opportunity_id}", { params: { path: { opportunity_id: id } } })),
  });
  const { organisation } = useSession();
  // Holds, and what the ranking learns from, are between the two organisations; a field team speaks on the record.
  const isOrganisations = organisation.id === row?.project_organisation_id || organisation.id === row?.profile_organisation_id;
  const { data: place } = useQuery({ ...oneProfile(row?.profile_id ?? ""), enabled: row !== undefined });
  if (error) return <ProblemAlert error={error} />;
  if (row === undefined) return <Spin description={t("common.loading")} />;
  const tabs = [
    {
      key: "progress",
      label: t("opps.tabProgress"),
      children: (
        <Flex vertical gap={24}>
          <Milestones row={row} />
          <History row={row} />
          {may.outcomes && isOrganisations && <Outcomes row={row} />}
        </Flex>
      ),
    },
    ...(may.visits ? [{ key: "visits", label: t("opps.tabVisits"), children: <Visits row={row} /> }] : []),
    ...(may.holds && isOrganisations ? [{ key: "holds", label: t("opps.tabHolds"), children: <Holds row={row} /> }] : []),
    { key: "comments", label: t("opps.tabComments"), children: <Comments row={row} /> },
    ...(may.ledger ? [{ key: "ledger", label: t("opps.tabLedger"), children: <Ledger row={row} /> }] : []),
    ...(may.enclaves && place && hasTerms(place) ? [{ key: "terms", label: t("terms.tab"), children: <EnclaveTerms profile={place} /> }] : []),
  ];
  return (
    <Flex vertical gap={16}>
      <Breadcrumb items={[{ title: <Link to="/opportunities">{t("opps.title")}</Link> }, { title: row.project_name }]} />
      <Head row={row} />
      <Tabs activeKey={asked.get("tab") ?? "progress"} onChange={(tab) => ask({ tab }, { replace: true })} items={tabs} />
    </Flex>
  );
}

function Head({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const wide = Grid.useBreakpoint().lg;
  const side = sideOf(row, useSession().organisation.id);
  const { data: place } = useQuery(oneProfile(row.profile_id));
  const phases = PHASES.filter(([phase]) => phase !== "end");
  const at = phases.findIndex(([, stages]) => (stages as readonly string[]).includes(row.stage));
  const who = (name: "project" | "profile") => (
    <Typography.Text type="secondary" style={{ fontSize: 13 }}>
      {t(`opps.side_${name}`)}: <OrganisationName id={row[`${name}_organisation_id`]} />
      {side === name && <Tag style={{ marginInlineStart: 6 }}>{t("opps.weAre")}</Tag>}
    </Typography.Text>
  );
  return (
    <Card>
      <Flex vertical gap={16}>
        <Flex gap={24} wrap justify="space-between">
          <Flex vertical gap={4} style={{ minWidth: 0 }}>
            <Flex gap={8} align="center" wrap>
              <Typography.Title level={3} style={{ margin: 0 }}>
                <Link to={`/projects/${row.project_id}`}>{row.project_name}</Link>
              </Typography.Title>
              <Tag color={row.stage === "ended" ? "default" : "cyan"}>{t(`choice.stage_${row.stage}`)}</Tag>
              {row.overdue_milestones > 0 && <Tag color="red">{t("opps.overdueCount", { count: row.overdue_milestones })}</Tag>}
            </Flex>
            <span>
              → <Link to={`/profiles/${row.profile_id}`}>{row.site_name}</Link> · <RegionName code={row.region_code} />{" "}
              <SyntheticMark is={place?.is_synthetic} />
            </span>
            <Flex gap={16} wrap>
              {who("project")}
              {who("profile")}
            </Flex>
            <FieldTeams row={row} />
            {row.stage === "ended" && row.reason_code && (
              <Typography.Text type="secondary">{`${t("opps.reason")}: ${t(`opps.reason_${row.reason_code}`)}`}</Typography.Text>
            )}
          </Flex>
          <Investor row={row} />
        </Flex>
        {row.stage !== "ended" && wide && (
          <Steps
            size="small"
            current={at}
            items={phases.map(([phase], number) => ({
              title: t(`opps.phase_${phase}`),
              content: number === at ? t(`choice.stage_${row.stage}`) : undefined,
            }))}
          />
        )}
        {row.stage !== "ended" && !wide && (
          <Progress
            percent={Math.round((100 * (at + 1)) / phases.length)}
            steps={phases.length}
            size="small"
            format={() => t("opps.phaseOf", { at: at + 1, of: phases.length, phase: t(`opps.phase_${phases[at]?.[0] ?? "contact"}`) })}
          />
        )}
        <StageMoves row={row} />
      </Flex>
    </Card>
  );
}

function Investor({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const side = sideOf(row, useSession().organisation.id);
  const mayWrite = useMay("opportunities:write");
  const [ours, theirs] = [
    side !== null && row.unsealed_by.includes(side),
    row.unsealed_by.some((one) => one !== side),
  ];
  const open = row.unsealed_by.length === 2;
  return (
    <Flex vertical gap={8} style={{ minWidth: 220 }}>
      <span>
        <Typography.Text type="secondary">{t("opps.investor")}: </Typography.Text>
        {row.investor_name && !open && <Tag color="gold">{t("opps.sealedToOthers")}</Tag>}
        {row.investor_name ? <strong>{row.investor_name}</strong> : <Typography.Text type="secondary">{t("opps.sealed")}</Typography.Text>}
      </span>
      {!open && ours && <Alert type="info" showIcon title={t("opps.unsealedOurs")} />}
      {!open && !ours && theirs && <Alert type="warning" showIcon title={t("opps.unsealedTheirs")} />}
      {!open && !ours && mayWrite && row.stage !== "ended" && (
        <ActButton
          label={t("opps.unseal")}
          sentence={t("opps.unsealSays")}
          changes={[["opportunity", row.id], ["opportunities"]]}
          run={() =>
            dataOf(api.POST("/v1/opportunities/{opportunity_id}/unsealing", { params: { path: { opportunity_id: row.id } } }))
          }
        />
      )}
    </Flex>
  );
}
