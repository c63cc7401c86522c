import { Alert, Card, Flex, Progress, Statistic, Tag, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { figure } from "../../parts/numbers";
import { RISK_COLOUR, type Assessment } from "./risks";

/** One look: points won, lost and open, rank, targets met, and what is at risk with the most points first. */
export function Summary({ data }: { data: Assessment }) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const { summary } = data;
  const unitOf = (code: string) => data.indicators.find((one) => one.code === code)?.unit_name ?? "";
  const tile = { flex: "1 1 150px", minWidth: 140 };
  return (
    <Flex vertical gap={16}>
      <Alert type={summary.at_risk.length > 0 ? "info" : "success"} title={summary.sentence} />
      <Flex gap={12} wrap>
        <Card size="small" style={tile}>
          <Statistic title={t("assess.points")} value={figure(summary.points)} suffix={<Typography.Text type="secondary">{t("assess.pointsOf", { full: figure(summary.points_full) })}</Typography.Text>} />
        </Card>
        <Card size="small" style={tile}>
          <Statistic title={t("assess.lost")} value={figure(summary.points_lost)} styles={summary.points_lost > 0 ? { content: { color: token.colorError } } : {}} />
        </Card>
        <Card size="small" style={tile}>
          <Statistic title={t("assess.open")} value={figure(summary.points_open)} />
        </Card>
        <Card size="small" style={tile}>
          <Statistic title={t("assess.expected")} value={figure(summary.points_expected)} />
        </Card>
        <Card size="small" style={tile}>
          <Statistic title={t("assess.met")} value={t("assess.metOf", { met: summary.met, all: summary.with_target })} />
        </Card>
        <Card size="small" style={tile}>
          <Statistic
            title={t("assess.rank")}
            value={summary.rank.rank === null ? t("assess.noRank") : t("assess.rankOf", { rank: summary.rank.rank, of: summary.rank.of ?? "—" })}
          />
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {summary.rank.reason}
          </Typography.Text>
        </Card>
      </Flex>
      <Card size="small" title={t("assess.atRisk")}>
        {summary.at_risk.length === 0 && <Typography.Text type="success">{t("assess.atRiskNone")}</Typography.Text>}
        <Flex vertical gap={12}>
          {summary.at_risk.map((risk) => (
            <Flex key={risk.code} gap={16} wrap align="start">
              <Flex vertical gap={4} style={{ width: 210 }}>
                <Flex gap={8} align="center">
                  <strong>{risk.name}</strong>
                  <Tag color={RISK_COLOUR[risk.risk]}>{t(`assess.risk_${risk.risk}`)}</Tag>
                </Flex>
                <Progress
                  percent={risk.target ? Math.min(100, Math.round((100 * risk.done) / risk.target)) : 0}
                  size="small"
                  aria-label={`${risk.name} ${t("assess.ratio")}`}
                />
              </Flex>
              <Flex vertical style={{ flex: "1 1 300px", minWidth: 0 }}>
                <span>
                  <strong>{t("assess.shortfall", { amount: `${figure(risk.shortfall)} ${unitOf(risk.code)}` })}</strong>
                  {" · "}
                  {t("assess.stake", { points: figure(risk.points_at_stake) })}
                </span>
                <Typography.Text type="secondary">{risk.reason}</Typography.Text>
              </Flex>
            </Flex>
          ))}
        </Flex>
      </Card>
    </Flex>
  );
}
