import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Progress, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton } from "../../parts/actions";
import { amount } from "../../parts/amounts";
import { useFieldName } from "../../parts/fieldWords";
import { newKey } from "../../parts/newKey";
import { figure } from "../../parts/numbers";
import { PagedTable } from "../../parts/PagedTable";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { IndustryName, RegionName } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import type { Profile } from "./figures";

type Item = Schemas["ProjectMatchItem"];

/** The projects that this place fits, best first, each with its reasons. */
export function Fits({ profile }: { profile: Profile }) {
  const { t, i18n } = useTranslation();
  const [counts, setCounts] = useState<{ eligible: number; excluded: number }>();
  const paged = usePaged(["fits", profile.id, i18n.language], async (cursor) => {
    const page = await dataOf(
      api.GET("/v1/profiles/{profile_id}/matches", {
        params: { path: { profile_id: profile.id }, query: { limit: 20, cursor } },
      }),
    );
    setCounts({ eligible: page.eligible_count, excluded: page.excluded_count });
    return page;
  });
  const records = useRecords(profile.id);
  if (paged.error) return <ProblemAlert error={paged.error} />;
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("profiles.fitsIntro")}</Typography.Text>
      {counts && <Typography.Text>{t("profiles.eligible", counts)}</Typography.Text>}
      {paged.items.map((item) => (
        <Fit key={item.project.id} item={item} profile={profile} recordId={records.get(item.project.id)} />
      ))}
      {paged.items.length === 0 && !paged.loading && <Typography.Text type="secondary">{t("common.nothing")}</Typography.Text>}
      {(paged.more || paged.loading) && (
        <Button onClick={paged.more ?? undefined} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

/** The live joint records of this place, by their project: of a project and a place there is one at most. */
function useRecords(profileId: string): Map<string, string> {
  const may = useMay("opportunities:read");
  const { data } = useQuery({
    queryKey: ["opportunities", "of-place", profileId],
    queryFn: () => dataOf(api.GET("/v1/opportunities", { params: { query: { profile_id: profileId, limit: 100 } } })),
    enabled: may,
  });
  return new Map(data?.items.filter(({ stage }) => stage !== "ended").map((one) => [one.project_id, one.id]));
}

function Fit({ item, profile, recordId }: { item: Item; profile: Profile; recordId: string | undefined }) {
  const { t } = useTranslation();
  const name = useFieldName();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const { organisation } = useSession();
  const mayOffer = useMay("opportunities:write") && profile.organisation_id === organisation.id;
  const offer = async () => {
    const made = await dataOf(
      api.POST("/v1/opportunities", {
        body: { project_id: item.project.id, profile_id: profile.id },
        params: { header: { "idempotency-key": newKey() } },
      }),
    );
    if ("next_stages" in made) void navigate(`/opportunities/${made.id}`);
    return made;
  };
  return (
    <Card size="small">
      <Flex gap={16} wrap align="start">
        <Flex vertical align="center" style={{ width: 72 }}>
          <Typography.Text type="secondary">{t("profiles.rank")}</Typography.Text>
          <Typography.Title level={3} style={{ margin: 0 }}>
            {item.rank}
          </Typography.Title>
        </Flex>
        <Flex vertical gap={4} style={{ flex: "1 1 280px", minWidth: 0 }}>
          <Flex gap={8} wrap align="center">
            <Link to={`/projects/${item.project.id}`}>
              <strong>{item.project.name}</strong>
            </Link>
            <Tag>{t(`choice.stage_${item.project.stage}`)}</Tag>
            {item.programme && <Tag color="cyan">{t(`choice.programme_${item.programme}`)}</Tag>}
          </Flex>
          <Typography.Text type="secondary">
            <IndustryName code={item.project.industry_code} /> · <RegionName code={item.project.origin_region_code} />
          </Typography.Text>
          <span>{item.summary}</span>
          {item.to_confirm.length > 0 && (
            <Flex gap={4} wrap>
              <Typography.Text type="secondary">{t("profiles.toConfirm")}</Typography.Text>
              {item.to_confirm.map((field) => (
                <Tag key={field} color="gold">
                  {name(field)}
                </Tag>
              ))}
            </Flex>
          )}
        </Flex>
        <Flex vertical gap={8} style={{ width: 200 }}>
          <Progress percent={Math.round(item.score * 100)} aria-label={t("profiles.fit")} />
          <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("profiles.reasons")}
          </Button>
          {recordId && <Link to={`/opportunities/${recordId}`}>{t("profiles.record")}</Link>}
          {mayOffer && !recordId && item.project.organisation_id !== organisation.id && (
            <ActButton
              label={t("profiles.recommendUs")}
              sentence={t("profiles.recommendSays")}
              button={{ size: "small", type: "primary" }}
              changes={[["opportunities"]]}
              run={offer}
            />
          )}
        </Flex>
      </Flex>
      {open && <Reasons item={item} />}
    </Card>
  );
}

type Contribution = Item["contributions"][number];

/** A figure with its unit; for a code, what it stands for. */
function Said({ value, unit, band }: { value: Contribution["need"]; unit: string; band: Contribution["need_band"] }) {
  const { i18n } = useTranslation();
  if (typeof value !== "string") return <>{amount(value, unit, i18n.language, band)}</>;
  if (/^\d{6}$/.test(value)) return <RegionName code={value} />;
  if (/^[A-T]\d*$/.test(value)) return <IndustryName code={value} />;
  return <>{i18n.exists(`choice.programme_${value}`) ? i18n.t(`choice.programme_${value}`) : value}</>;
}

function Reasons({ item }: { item: Item }) {
  const { t } = useTranslation();
  const paged = { items: item.contributions, more: null, loading: false, error: null };
  return (
    <div style={{ marginTop: 12 }}>
      <PagedTable
        cards
        size="small"
        paged={paged}
        rowKey="criterion"
        columns={[
          { title: t("profiles.reasons"), dataIndex: "reason", width: 420 },
          {
            title: t("profiles.need"),
            key: "need",
            render: (_, one) => <Said value={one.need} unit={one.unit} band={one.need_band} />,
          },
          {
            title: t("profiles.offer"),
            key: "offer",
            render: (_, one) => <Said value={one.offer} unit={one.unit} band={one.offer_band} />,
          },
          {
            title: t("profiles.contribution"),
            key: "score",
            className: "numbers",
            render: (_, one) => `${figure(one.contribution * 100, 1)} / ${figure(one.weight * 100, 1)}`,
          },
        ]}
      />
    </div>
  );
}
