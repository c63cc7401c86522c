import { useQuery, keepPreviousData } from "@tanstack/react-query";
import { Button, Card, Collapse, Flex, Progress, Skeleton, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { useFieldName } from "../../parts/fieldWords";
import { SyntheticMark, UnconfirmedMark } from "../../parts/Marks";
import { figure } from "../../parts/numbers";
import { ProblemAlert } from "../../parts/ProblemAlert";
import "./chainWords";
import { groupsOf, MOST_PLACES } from "./chain";

type Term = Schemas["TermRead"];

/** Who supplies what the project needs, who has its materials, and who buys what it makes: term by term. */
export function SupplyChain({ project }: { project: Schemas["ProjectRead"] }) {
  const { t, i18n } = useTranslation();
  const nameOf = useFieldName();
  const [limit, setLimit] = useState(3);
  const { data, error, isFetching } = useQuery({
    queryKey: ["supply-chain", project.id, project.version, limit, i18n.language],
    queryFn: () =>
      dataOf(api.GET("/v1/projects/{project_id}/supply-chain", { params: { path: { project_id: project.id }, query: { limit } } })),
    placeholderData: keepPreviousData,
  });
  if (error) return <ProblemAlert error={error} />;
  if (data === undefined) return <Skeleton active />;
  const groups = groupsOf(data);
  const hasMore = groups.some(({ terms }) => terms.some((term) => term.place_count > term.places.length)) && limit < MOST_PLACES;
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("chain.intro")}</Typography.Text>
      {data.withheld.length > 0 && (
        <Typography.Text type="secondary">{t("chain.withheld", { fields: data.withheld.map(nameOf).join("、") })}</Typography.Text>
      )}
      {groups.length === 0 && <Typography.Text type="secondary">{t("chain.none")}</Typography.Text>}
      {groups.map(({ key, terms }) => (
        <Card key={key} size="small" title={t(`chain.${key}`)}>
          <Collapse
            ghost
            defaultActiveKey={terms.map(({ term }) => term)}
            items={terms.map((term) => ({ key: term.term, label: <TermHead term={term} />, children: <Places term={term} /> }))}
          />
        </Card>
      ))}
      {hasMore && (
        <Button onClick={() => setLimit((before) => Math.min(MOST_PLACES, before * 4))} loading={isFetching} style={{ alignSelf: "center" }}>
          {t("chain.more")}
        </Button>
      )}
    </Flex>
  );
}

function TermHead({ term }: { term: Term }) {
  const { t } = useTranslation();
  return (
    <Flex gap={8} wrap align="center">
      <strong>{term.term}</strong>
      {term.read_as.length > 0 ? (
        <Typography.Text type="secondary">{t("chain.readAs", { names: term.read_as.map(({ code, name }) => `${code} ${name}`).join("、") })}</Typography.Text>
      ) : (
        <Tag color="gold">{t("chain.notRead")}</Tag>
      )}
      <Tag>{t("chain.places", { count: term.place_count })}</Tag>
    </Flex>
  );
}

function Places({ term }: { term: Term }) {
  const { t } = useTranslation();
  if (term.places.length === 0) return <Typography.Text type="secondary">{t("chain.noPlace")}</Typography.Text>;
  return (
    <Flex vertical gap={10} component="ul" style={{ margin: 0, padding: 0, listStyle: "none" }}>
      {term.places.map((one) => (
        <li key={one.profile.id}>
          <Flex gap={8} wrap align="center">
            <Link to={`/profiles/${one.profile.id}`}>{one.profile.site_name}</Link>
            <Typography.Text type="secondary">
              {one.profile.region_name}
              {one.distance_km !== null && ` · ${figure(one.distance_km, 0)} km`}
            </Typography.Text>
            <SyntheticMark is={one.profile.is_synthetic} />
            <UnconfirmedMark is={one.profile.unconfirmed} />
            <Progress
              percent={Math.round(one.closeness * 100)}
              size="small"
              status="normal"
              style={{ width: 110, margin: 0 }}
              aria-label={t("chain.closeness")}
            />
          </Flex>
          <div>{one.reason}</div>
        </li>
      ))}
    </Flex>
  );
}
