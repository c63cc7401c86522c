import { ArrowRightOutlined } from "@ant-design/icons";
import { Flex, Tag, Typography, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { amount } from "../../parts/amounts";
import { useFieldName } from "../../parts/fieldWords";
import { figure } from "../../parts/numbers";
import { PagedTable } from "../../parts/PagedTable";
import { unitName } from "../../parts/units";
import { PlaceCell } from "./PlaceCell";
import { PlaceSheetButton } from "./PlaceDetail";
import { useExclusions, useRuleTitles, type Asked } from "./useRanking";

type Exclusion = Schemas["ExclusionItem"];

/** Why not: the rules that each place fails, the cheapest change, and the rank that it would give. */
export function ExclusionsTable({ asked, enabled, wide }: { asked: Asked; enabled: boolean; wide: boolean }) {
  const { t } = useTranslation();
  const paged = useExclusions(asked, enabled);
  const columns: TableColumnsType<Exclusion> = wide
    ? [
        { title: t("ranking.place"), key: "place", width: 230, render: (_, item) => <PlaceCell profile={item.profile} /> },
        { title: t("ranking.failing"), key: "failures", render: (_, item) => <Failures failures={item.failures} /> },
        { title: t("ranking.cheapest"), key: "fix", width: 230, render: (_, item) => <Fix fixes={item.cheapest_fix} /> },
        { title: t("ranking.ifFixed"), key: "rank", width: 110, render: (_, item) => <RankIfFixed item={item} eligible={paged.eligible} /> },
        {
          title: t("common.actions"),
          key: "sheet",
          width: 184,
          render: (_, item) => <PlaceSheetButton projectId={asked.projectId} profileId={item.profile.id} />,
        },
      ]
    : [
        {
          title: t("ranking.place"),
          key: "place",
          render: (_, item) => (
            <Flex vertical gap={10}>
              <PlaceCell profile={item.profile} />
              <Failures failures={item.failures} />
              <div>
                <Typography.Text strong>{t("ranking.cheapest")}</Typography.Text>
                <Fix fixes={item.cheapest_fix} />
              </div>
              <RankIfFixed item={item} eligible={paged.eligible} />
              <PlaceSheetButton projectId={asked.projectId} profileId={item.profile.id} />
            </Flex>
          ),
        },
      ];
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("ranking.excludedLead")}</Typography.Text>
      <PagedTable<Exclusion> paged={paged} rowKey={({ profile }) => profile.id} columns={columns} scroll={undefined} tableLayout="fixed" />
    </Flex>
  );
}

function Failures({ failures }: { failures: Schemas["FailureRead"][] }) {
  const { t } = useTranslation();
  const titles = useRuleTitles();
  return (
    <Flex vertical gap={8} component="ul" style={{ margin: 0, padding: 0, listStyle: "none" }}>
      {failures.map((failure) => (
        <li key={failure.rule}>
          <Typography.Text strong>{titles.get(failure.rule) ?? failure.rule}</Typography.Text>{" "}
          <Tag color={failure.fixable ? "blue" : "red"}>{t(failure.fixable ? "ranking.fixable" : "ranking.fixed")}</Tag>
          <div>{failure.reason}</div>
          <Typography.Text type="secondary" style={{ fontSize: 13 }}>
            {t("ranking.source")}: {failure.source} · {t("ranking.decidedBy")}: {t(`choice.decided_by_${failure.decided_by}`)}
          </Typography.Text>
        </li>
      ))}
    </Flex>
  );
}

function Fix({ fixes }: { fixes: Schemas["FixRead"][] | null }) {
  const { t, i18n } = useTranslation();
  const nameOf = useFieldName();
  if (fixes === null) return <Typography.Text type="secondary">{t("ranking.noFix")}</Typography.Text>;
  return (
    <>
      {fixes.map((fix) => (
        <div key={fix.field}>
          {nameOf(fix.field)}
          {fix.unit && ` (${unitName(fix.unit, i18n.language)})`}: {amount(fix.from, "", i18n.language, fix.from_band)}{" "}
          <ArrowRightOutlined aria-label="→" /> <Typography.Text strong>{amount(fix.to, "", i18n.language)}</Typography.Text>
          {fix.change !== null && (
            <Typography.Text type="secondary">
              {" "}
              ({fix.change > 0 ? "+" : ""}
              {figure(fix.change)})
            </Typography.Text>
          )}
        </div>
      ))}
    </>
  );
}

function RankIfFixed({ item, eligible }: { item: Exclusion; eligible: number }) {
  const { t } = useTranslation();
  if (item.rank_if_fixed === null) return <Typography.Text type="secondary">—</Typography.Text>;
  return (
    <Flex vertical>
      <Typography.Text strong style={{ fontSize: 16 }}>
        {t("ranking.first", { rank: figure(item.rank_if_fixed) })}
      </Typography.Text>
      <Typography.Text type="secondary" style={{ fontSize: 13 }}>
        {t("ranking.outOf", { count: figure(eligible + 1) })}
      </Typography.Text>
    </Flex>
  );
}
