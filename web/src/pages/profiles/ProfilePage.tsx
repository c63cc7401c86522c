import { useQuery } from "@tanstack/react-query";
import { Alert, Breadcrumb, Card, Flex, Progress, Spin, Tabs, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { api, dataOf } from "../../api/client";
import { ActButton } from "../../parts/actions";
import "../../parts/choiceWords";
import { useFieldName } from "../../parts/fieldWords";
import { SyntheticMark, UnconfirmedMark } from "../../parts/Marks";
import { OrganisationName } from "../../parts/organisations";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { oneProfile } from "../../parts/one";
import { RegionName } from "../../parts/reference";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { SaveSearch } from "../alerts/SaveSearch";
import { AskCounty } from "./AskCounty";
import { EnclaveTerms } from "./EnclaveTerms";
import { ageOf, ageType, completeness, type Profile } from "./figures";
import { Fits } from "./Fits";
import { Lacks } from "./Lacks";
import { Pools } from "./Pools";
import { ProfileForm } from "./ProfileForm";
import { Requests } from "./Requests";
import { STATE_COLOUR } from "./states";
import { hasTerms } from "./terms";
import { Versions } from "./Versions";
import "./words";

/** One profile: the form of whose it is, what others see of it, its versions and the projects that it fits. */
export default function ProfilePage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const [asked, ask] = useSearchParams();
  const mine = useMine();
  const may = { match: useMay("matches:read"), pools: useMay("pools:read"), enclaves: useMay("enclaves:read") };
  const { data: profile, error } = useQuery(oneProfile(id));
  if (error) return <ProblemAlert error={error} />;
  if (profile === undefined) return <Spin description={t("common.loading")} />;
  const ranked = profile.status === "published" && !profile.unconfirmed;
  const unranked = <Alert type="info" showIcon title={t("profiles.notPublished")} />;
  const tabs = [
    { key: "figures", label: t("profiles.tabFigures"), children: <ProfileForm key={profile.id} profile={profile} mayEdit={mine(profile)} /> },
    ...(may.match
      ? [
          { key: "fits", label: t("profiles.tabFits"), children: ranked ? <Fits profile={profile} /> : unranked },
          { key: "lacks", label: t("profiles.tabLacks"), children: ranked ? <Lacks profile={profile} /> : unranked },
        ]
      : []),
    { key: "versions", label: t("profiles.tabVersions"), children: <Versions profile={profile} /> },
    ...(mine(profile) && profile.unconfirmed ? [{ key: "requests", label: t("requests.tab"), children: <Requests profileId={profile.id} /> }] : []),
    ...(may.pools && mine(profile) && !profile.unconfirmed
      ? [{ key: "pools", label: t("pools.tab"), children: <Pools profileId={profile.id} /> }]
      : []),
    ...(may.enclaves && hasTerms(profile) ? [{ key: "terms", label: t("terms.tab"), children: <EnclaveTerms profile={profile} /> }] : []),
  ];
  return (
    <Flex vertical gap={16}>
      <Breadcrumb items={[{ title: <Link to="/profiles">{t("profiles.title")}</Link> }, { title: profile.site_name ?? profile.region_code }]} />
      <Head profile={profile} mine={mine(profile)} />
      <Tabs
        activeKey={asked.get("tab") ?? "figures"}
        onChange={(tab) => ask({ tab }, { replace: true })}
        items={tabs}
        destroyOnHidden={false}
      />
    </Flex>
  );
}

/** Whether the caller keeps this profile: its own, or one that it entered for a county that has not confirmed yet. */
function useMine(): (profile: Profile) => boolean {
  const { organisation } = useSession();
  const mayWrite = useMay("profiles:write");
  return (profile) =>
    mayWrite &&
    (profile.unconfirmed
      ? profile.entered_by_organisation_id === organisation.id
      : profile.organisation_id === organisation.id);
}

function Head({ profile, mine }: { profile: Profile; mine: boolean }) {
  const { t } = useTranslation();
  const name = useFieldName();
  const { percent, missing } = completeness(profile);
  const age = ageOf(profile);
  return (
    <Card>
      <Flex vertical gap={12}>
        <Flex justify="space-between" gap={12} wrap>
          <Flex vertical gap={4}>
            <Flex gap={8} align="center" wrap>
              <Typography.Title level={3} style={{ margin: 0 }}>
                {profile.site_name ?? <RegionName code={profile.region_code} />}
              </Typography.Title>
              <Tag color={STATE_COLOUR[profile.status]}>{t(`profiles.status_${profile.status}`)}</Tag>
              <SyntheticMark is={profile.is_synthetic} />
              <UnconfirmedMark is={profile.unconfirmed} />
            </Flex>
            <Typography.Text type="secondary">
              <RegionName code={profile.region_code} /> · {t(`choice.site_kind_${profile.site_kind}`)}
              {profile.organisation_id && (
                <>
                  {" · "}
                  <OrganisationName id={profile.organisation_id} />
                </>
              )}
              {` · ${t("profiles.version")} ${profile.version}`}
            </Typography.Text>
          </Flex>
          <Lifecycle profile={profile} mine={mine} />
        </Flex>
        <Flex gap={24} wrap align="center">
          <Flex gap={8} align="center">
            <span>{t("profiles.completeness")}</span>
            <Progress percent={percent} style={{ width: 160, margin: 0 }} aria-label={t("profiles.completeness")} />
          </Flex>
          <Typography.Text type={ageType(age)}>
            {t("profiles.asOf")} {profile.as_of} ({age <= 0 ? t("profiles.todayAgo") : t("profiles.daysAgo", { days: age })})
            {ageType(age) === "danger" ? ` · ${t("profiles.stale")}` : ""}
          </Typography.Text>
          {profile.valid_until && <Typography.Text>{`${t("profiles.validUntil")} ${profile.valid_until}`}</Typography.Text>}
        </Flex>
        <Flex gap={4} wrap align="center">
          {missing.length === 0 ? (
            <Typography.Text type="success">{t("profiles.complete")}</Typography.Text>
          ) : (
            <>
              <span>{t("profiles.missing")}</span>
              {missing.map((field) => (
                <Tag key={field} color="gold">
                  {name(field)}
                </Tag>
              ))}
            </>
          )}
        </Flex>
        {profile.unconfirmed && <Alert type="warning" showIcon title={t("profiles.unconfirmedNote")} />}
        {profile.is_synthetic && <Alert type="warning" showIcon title={t("profiles.synthetic")} />}
        {profile.status === "submitted" && <Alert type="info" showIcon title={t("profiles.submittedNote")} />}
      </Flex>
    </Card>
  );
}

function Lifecycle({ profile, mine }: { profile: Profile; mine: boolean }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayConfirm = useMay("profiles:confirm");
  const go = useNavigate();
  const params = { path: { profile_id: profile.id }, header: versionTag(profile) };
  const changes = [["profile", profile.id], ["profile-versions", profile.id], ["profiles"]];
  const turn = (status: "published" | "withdrawn") => () =>
    dataOf(api.PATCH("/v1/profiles/{profile_id}", { params, body: { status } }));
  return (
    <Flex gap={8} wrap align="start">
      {mine && profile.status === "published" && <SaveSearch profileId={profile.id} name={profile.site_name ?? undefined} />}
      {profile.unconfirmed && mayConfirm && profile.entered_by_organisation_id !== organisation.id && (
        <ActButton
          label={t("profiles.confirm")}
          sentence={t("profiles.confirmSays")}
          button={{ type: "primary" }}
          changes={changes}
          run={() => dataOf(api.POST("/v1/profiles/{profile_id}/confirmation", { params }))}
        />
      )}
      {mine && ["draft", "withdrawn", "returned"].includes(profile.status) && (
        <ActButton
          label={t("profiles.publish")}
          sentence={t("profiles.publishSays")}
          button={{ type: "primary" }}
          changes={changes}
          run={turn("published")}
        />
      )}
      {mine && profile.status === "published" && (
        <ActButton
          label={t("profiles.withdraw")}
          sentence={t("profiles.withdrawSays")}
          button={{ danger: true }}
          changes={changes}
          run={turn("withdrawn")}
        />
      )}
      {/* Once its county has confirmed it, there is nobody left to ask: whose it is knows its figures. */}
      {mine && profile.unconfirmed && <AskCounty profile={profile} />}
      {mine && (
        <ActButton
          label={t("profiles.delete")}
          sentence={t("profiles.deleteSays")}
          button={{ danger: true }}
          changes={[["profiles"]]}
          run={async () => {
            await dataOf(api.DELETE("/v1/profiles/{profile_id}", { params }));
            void go("/profiles");
          }}
        />
      )}
    </Flex>
  );
}
