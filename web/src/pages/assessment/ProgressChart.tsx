import { Card, theme } from "antd";
import { BarChart } from "echarts/charts";
import { LegendComponent, MarkLineComponent } from "echarts/components";
import { use } from "echarts/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Chart } from "../../parts/Chart";
import { byRisk, share, type Indicator } from "./risks";

use([BarChart, LegendComponent, MarkLineComponent]);

/** Per indicator with a target: recognised and claimed beside the low, expected and high case, the target as a line. */
export function ProgressChart({ indicators }: { indicators: Indicator[] }) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const shown = useMemo(() => byRisk(indicators).filter((one) => one.target), [indicators]);
  const option = useMemo(() => {
    const bars = [
      ["done", token.colorPrimary, (one: Indicator) => one.done],
      ["claimed", "#8fb8b3", (one: Indicator) => one.claimed],
      ["low", "#b45309", (one: Indicator) => one.projection.low],
      ["expectedCase", "#d97706", (one: Indicator) => one.projection.expected],
      ["high", "#f2c078", (one: Indicator) => one.projection.high],
    ] as const;
    return {
      grid: { left: 8, right: 24, top: 56, bottom: 8, containLabel: true },
      legend: { top: 0, textStyle: { color: token.colorText }, itemWidth: 12, itemHeight: 12 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value: unknown) => (value == null ? "—" : `${String(value)} %`) },
      // What would be far beyond its target must not squeeze all others against the axis.
      xAxis: { type: "value", max: (range: { max: number }) => Math.max(125, Math.min(Math.ceil(range.max / 25) * 25, 200)),
        interval: 25, axisLabel: { formatter: "{value}%", color: token.colorTextSecondary }, splitLine: { lineStyle: { color: token.colorBorderSecondary } } },
      yAxis: { type: "category", inverse: true, data: shown.map((one) => one.name), axisLabel: { color: token.colorText, width: 110, overflow: "break" }, axisTick: { show: false } },
      series: bars.map(([name, color, of], place) => ({
        name: t(`assess.${name}`),
        type: "bar",
        data: shown.map((one) => share(of(one), one.target)),
        itemStyle: { color },
        barGap: "10%",
        barMaxWidth: 12,
        ...(place === 0
          ? {
              markLine: {
                silent: true,
                symbol: "none",
                lineStyle: { color: token.colorError, type: "solid", width: 1.5 },
                label: { formatter: t("assess.targetLine"), color: token.colorError, position: "start" },
                data: [{ xAxis: 100 }],
              },
            }
          : {}),
      })),
    };
  }, [shown, t, token]);
  if (shown.length === 0) return null;
  return (
    <Card size="small" title={t("assess.chartTitle")}>
      <Chart option={option} height={70 + shown.length * 78} label={t("assess.chartLabel")} />
    </Card>
  );
}
