import { Alert, Flex, Progress, Table, Tag, Typography, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "../../api/client";
import { amount } from "../../parts/amounts";
import { ExportButton } from "../../parts/ExportButton";
import { useFieldName } from "../../parts/fieldWords";
import { points } from "../../parts/numbers";
import { RegionName } from "../../parts/reference";
import { colourOf } from "./colours";
import { RecommendButton } from "./RecommendButton";
import type { Place } from "./useRanking";

type Contribution = Schemas["ContributionRead"];

interface Props {
  item: Place;
  project: Schemas["ProjectRead"];
  titles: Map<string, string>;
  wide: boolean;
}

/** All there is to say of a place for a project: need against offer, reasons, what is open, what can be done. */
export function PlaceDetail({ item, project, titles, wide }: Props) {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  return (
    <Flex vertical gap={12} style={{ paddingBlock: 4 }}>
      <Typography.Text strong>{item.summary}</Typography.Text>
      {item.to_confirm.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={`${t("ranking.toConfirm")}: ${item.to_confirm.map(nameOf).join(" · ")}`}
        />
      )}
      <Contributions contributions={item.contributions} titles={titles} wide={wide} />
      {item.profile.is_synthetic && <Typography.Text type="secondary">{t("ranking.synthetic")}</Typography.Text>}
      <Flex gap={8} wrap align="start">
        <RecommendButton project={project} profile={item.profile} />
        <PlaceSheetButton projectId={project.id} profileId={item.profile.id} />
        <Link to={`/profiles/${item.profile.id}`} style={{ paddingBlock: 5 }}>
          {t("ranking.profile")}
        </Link>
      </Flex>
    </Flex>
  );
}

export function PlaceSheetButton({ projectId, profileId }: { projectId: string; profileId: string }) {
  const { t } = useTranslation();
  return (
    <ExportButton
      what={{ kind: "place_sheet", format: "pdf", parameters: { project_id: projectId, profile_id: profileId } }}
    >
      {t("ranking.sheet")}
    </ExportButton>
  );
}

function Contributions({ contributions, titles, wide }: { contributions: Contribution[]; titles: Map<string, string>; wide: boolean }) {
  const { t } = useTranslation();
  const order = [...titles.keys()];
  const name = (one: Contribution) => (
    <Flex gap={8} align="center">
      <span aria-hidden style={{ flex: "0 0 10px", height: 10, borderRadius: 2, background: colourOf(one.criterion, order) }} />
      <span>{titles.get(one.criterion) ?? one.criterion}</span>
      {one.unknown && <Tag color="orange">{t("common.unknown")}</Tag>}
    </Flex>
  );
  const given = (one: Contribution) => `${points(one.contribution)} / ${points(one.weight)}`;
  const fit = (one: Contribution) => (
    <>
      <Progress
        percent={Math.round(one.utility * 100)}
        size="small"
        strokeColor={colourOf(one.criterion, order)}
        style={{ margin: 0 }}
        status="normal"
        format={(percent) => percent}
        aria-label={t("ranking.utility")}
      />
      <Typography.Text type="secondary" style={{ fontSize: 13, fontVariantNumeric: "tabular-nums" }}>
        {given(one)}
      </Typography.Text>
    </>
  );
  const columns: TableColumnsType<Contribution> = wide
    ? [
        { title: t("ranking.criterion"), key: "criterion", width: 140, render: (_, one) => name(one) },
        { title: t("ranking.need"), key: "need", width: 104, align: "right", render: (_, one) => <Side of={one} side="need" /> },
        { title: t("ranking.offer"), key: "offer", width: 104, align: "right", render: (_, one) => <Side of={one} side="offer" /> },
        { title: `${t("ranking.utility")} · ${t("ranking.score")}`, key: "utility", width: 130, render: (_, one) => fit(one) },
        { title: t("ranking.reason"), key: "reason", render: (_, one) => one.reason },
      ]
    : [
        {
          title: t("ranking.criterion"),
          key: "criterion",
          render: (_, one) => (
            <Flex vertical gap={2}>
              <Flex justify="space-between" gap={8}>
                {name(one)}
                <span className="numbers">{given(one)}</span>
              </Flex>
              <span>{one.reason}</span>
            </Flex>
          ),
        },
      ];
  return <Table<Contribution> size="small" pagination={false} rowKey="criterion" columns={columns} dataSource={contributions} tableLayout="fixed" />;
}

/** What is needed, or what is on offer; codes as the names that they stand for. */
export function Side({ of: one, side }: { of: Contribution; side: "need" | "offer" }) {
  const { t, i18n } = useTranslation();
  const value = one[side];
  if (typeof value === "string" && one.criterion === "partnership")
    return side === "need" ? t(`choice.programme_${value}`) : <RegionName code={value} />;
  return <span>{amount(value, one.unit, i18n.language, one[`${side}_band`])}</span>;
}
