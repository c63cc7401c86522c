import { Card, Flex, theme, Tooltip, Typography } from "antd";
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { figure } from "../../parts/numbers";
import { at, bulletsOf, edgeOf, type Bullet } from "./bullets";
import { byRisk, type Indicator } from "./risks";

const CLAIMED = "#8fb8b3";
const SPREAD = "#d97706";

/**
 * Per indicator with a target one row: recognised over claimed, the spread of the projection with its expected case,
 * and the target as a line. Rows, not a canvas: they wrap and stay legible at the width of a phone.
 */
export function ProgressChart({ indicators }: { indicators: Indicator[] }) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const rows = bulletsOf(byRisk(indicators));
  if (rows.length === 0) return null;
  const edge = edgeOf(indicators);
  const isCut = rows.some((row) => row.isCut);
  return (
    <Card size="small" title={t("assess.chartTitle")}>
      <div role="img" aria-label={t("assess.chartLabel")}>
        <Flex gap={16} wrap style={{ marginBottom: 12, fontSize: 13 }}>
          <Key style={{ background: token.colorPrimary }} word={t("assess.done")} />
          <Key style={{ background: CLAIMED }} word={t("assess.claimed")} />
          <Key style={{ background: SPREAD, height: 4 }} word={t("assess.spread")} />
          <Key style={{ background: SPREAD, width: 10, height: 10, borderRadius: 5 }} word={t("assess.expectedCase")} />
          <Key style={{ background: token.colorError, width: 2, height: 16 }} word={t("assess.targetLine")} />
        </Flex>
        {rows.map((row) => (
          <Row key={row.code} row={row} edge={edge} />
        ))}
        {isCut && <Typography.Text type="secondary">{t("assess.cut", { edge })}</Typography.Text>}
      </div>
    </Card>
  );
}

function Key({ style, word }: { style: CSSProperties; word: string }) {
  return (
    <Flex gap={6} align="center">
      <span aria-hidden style={{ width: 16, height: 10, display: "inline-block", ...style }} />
      {word}
    </Flex>
  );
}

function Row({ row, edge }: { row: Bullet; edge: number }) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const left = (value: number) => `${at(value, edge)}%`;
  const bar = (value: number, background: string, height: number): CSSProperties => ({
    position: "absolute",
    insetInlineStart: 0,
    top: (24 - height) / 2,
    height,
    width: left(value),
    background,
    borderRadius: 2,
  });
  const text = [
    `${t("assess.done")} ${figure(row.done, 1)}%`,
    `${t("assess.claimed")} ${figure(row.claimed, 1)}%`,
    `${t("assess.projection")} ${figure(row.low, 1)}–${figure(row.expected, 1)}–${figure(row.high, 1)}%`,
  ].join(" · ");
  return (
    <div style={{ marginBottom: 10 }}>
      <Flex justify="space-between" gap={12} wrap style={{ fontSize: 13 }}>
        <span>{row.name}</span>
        <Typography.Text type="secondary" style={{ fontSize: 13, fontVariantNumeric: "tabular-nums" }}>
          {`${figure(row.done, 1)}% → ${figure(row.expected, 1)}%`}
        </Typography.Text>
      </Flex>
      <Tooltip title={text}>
        <div style={{ position: "relative", height: 24, background: token.colorFillTertiary, borderRadius: 3 }}>
          <span style={bar(row.claimed, CLAIMED, 18)} />
          <span style={bar(row.done, token.colorPrimary, 10)} />
          <span
            style={{
              position: "absolute",
              top: 10,
              height: 4,
              insetInlineStart: left(row.low),
              width: `${Math.max(at(row.high, edge) - at(row.low, edge), 0.4)}%`,
              background: SPREAD,
            }}
          />
          <span
            style={{
              position: "absolute",
              top: 7,
              width: 10,
              height: 10,
              borderRadius: 5,
              insetInlineStart: `calc(${left(row.expected)} - 5px)`,
              background: SPREAD,
              border: `1px solid ${token.colorBgContainer}`,
            }}
          />
          <span style={{ position: "absolute", top: 0, height: 24, width: 2, insetInlineStart: left(100), background: token.colorError }} />
        </div>
      </Tooltip>
    </div>
  );
}
