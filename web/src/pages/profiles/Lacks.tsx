import { useQueries } from "@tanstack/react-query";
import { Button, Card, Flex, Spin, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { amount } from "../../parts/amounts";
import { useFieldName } from "../../parts/fieldWords";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import type { Profile } from "./figures";

type Pair = Schemas["PairRead"];

/** Of the projects that do not pass: the failing rules, the cheapest fix and the rank that it would give. */
export function Lacks({ profile }: { profile: Profile }) {
  const { t, i18n } = useTranslation();
  const projects = usePaged(["projects", "for-pairs"], (cursor) =>
    dataOf(api.GET("/v1/projects", { params: { query: { limit: 10, cursor } } })),
  );
  const pairs = useQueries({
    queries: projects.items.map((project) => ({
      queryKey: ["pair", project.id, profile.id, profile.version, i18n.language],
      queryFn: () =>
        dataOf(
          api.GET("/v1/projects/{project_id}/matches/{profile_id}", {
            params: { path: { project_id: project.id, profile_id: profile.id } },
          }),
        ),
    })),
  });
  if (projects.error) return <ProblemAlert error={projects.error} />;
  const failing = projects.items.flatMap((project, place) => {
    const pair = pairs[place]?.data;
    return pair && !pair.eligible ? [{ project, pair }] : [];
  });
  const busy = projects.loading || pairs.some((one) => one.isPending);
  const failed = pairs.find((one) => one.error)?.error;
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("profiles.lacksIntro")}</Typography.Text>
      <Typography.Text>{t("profiles.checked", { count: projects.items.length })}</Typography.Text>
      <ProblemAlert error={failed} />
      {failing.map(({ project, pair }) => (
        <Lack key={project.id} name={project.name} id={project.id} pair={pair} />
      ))}
      {busy && <Spin />}
      {!busy && failing.length === 0 && !failed && <Typography.Text type="success">{t("profiles.allFit")}</Typography.Text>}
      {projects.more && (
        <Button onClick={projects.more} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

function Lack({ name: title, id, pair }: { name: string; id: string; pair: Pair }) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const say = (value: number | string | null, unit: string, band?: Schemas["BandRead"] | null) =>
    amount(value, unit, i18n.language, band);
  return (
    <Card
      size="small"
      title={<Link to={`/projects/${id}`}>{title}</Link>}
      extra={pair.rank_if_fixed !== null && <Tag color="green">{t("profiles.rankIfFixed", { rank: pair.rank_if_fixed })}</Tag>}
    >
      <Flex gap={24} wrap>
        <div style={{ flex: "2 1 320px" }}>
          <Typography.Text type="secondary">{t("profiles.rule")}</Typography.Text>
          {pair.failures.map((failure) => (
            <div key={failure.rule} style={{ marginTop: 4 }}>
              <div>{failure.reason}</div>
              <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                {`${t("profiles.need")} ${say(failure.need, failure.unit, failure.need_band)} · ${t("profiles.offer")} ${say(failure.offer, failure.unit, failure.offer_band)} · ${failure.source}`}
              </Typography.Text>
              {!failure.fixable && <Tag color="red">{t("profiles.lawful")}</Tag>}
            </div>
          ))}
        </div>
        <div style={{ flex: "1 1 220px" }}>
          <Typography.Text type="secondary">{t("profiles.fix")}</Typography.Text>
          {pair.cheapest_fix?.map((fix) => (
            <div key={fix.field} style={{ marginTop: 4 }}>
              <strong>{name(fix.field)}</strong>{" "}
              {t("profiles.wouldBe", { from: say(fix.from, fix.unit, fix.from_band), to: say(fix.to, fix.unit) })}
            </div>
          )) ?? <div style={{ marginTop: 4 }}>{t("profiles.noFix")}</div>}
        </div>
      </Flex>
    </Card>
  );
}
