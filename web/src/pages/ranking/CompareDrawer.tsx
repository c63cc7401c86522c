import { Drawer, Flex, Progress, Tag, theme, Typography } from "antd";
import type { CSSProperties, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFieldName } from "../../parts/fieldWords";
import { figure, points } from "../../parts/numbers";
import { colourOf } from "./colours";
import { ContributionBar } from "./ContributionBar";
import { PlaceCell } from "./PlaceCell";
import { Side } from "./PlaceDetail";
import type { Place } from "./useRanking";
import { intervalOf } from "./weights";

interface Props {
  open: boolean;
  onClose: () => void;
  items: Place[];
  titles: Map<string, string>;
}

/** Up to four places side by side, criterion by criterion; the best of each row stands out. */
export function CompareDrawer({ open, onClose, items, titles }: Props) {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  const { token } = theme.useToken();
  const line = `1px solid ${token.colorBorderSecondary}`;
  const cell: CSSProperties = { padding: 8, borderBottom: line, verticalAlign: "top", minWidth: 150 };
  const head: CSSProperties = {
    ...cell,
    minWidth: 84,
    textAlign: "start",
    fontWeight: 500,
    position: "sticky",
    insetInlineStart: 0,
    background: token.colorBgElevated,
  };
  const row = (key: string, title: ReactNode, show: (item: Place) => ReactNode) => (
    <tr key={key}>
      <th scope="row" style={head}>
        {title}
      </th>
      {items.map((item) => (
        <td key={item.profile.id} style={cell}>
          {show(item)}
        </td>
      ))}
    </tr>
  );
  return (
    <Drawer
      open={open}
      onClose={onClose}
      title={t("ranking.compareTitle")}
      size={Math.max(480, 140 + items.length * 250)}
      styles={{ wrapper: { maxWidth: "100vw" } }}
    >
      <div style={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={t("ranking.compareTitle")}>
        <table style={{ borderCollapse: "collapse", width: "100%" }}>
          <thead>
            <tr>
              <td style={head} />
              {items.map((item) => (
                <th key={item.profile.id} scope="col" style={{ ...cell, textAlign: "start", fontWeight: 400 }}>
                  <PlaceCell profile={item.profile} programme={item.programme} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {row("rank", t("ranking.rank"), (item) => (
              <Typography.Text strong style={{ fontSize: 18 }}>
                {item.rank}
              </Typography.Text>
            ))}
            {row("interval", t("ranking.interval"), (item) => intervalOf(item) ?? "—")}
            {row("score", t("ranking.score"), (item) => (
              <Flex vertical gap={4}>
                <Typography.Text strong>{points(item.score)}</Typography.Text>
                <ContributionBar contributions={item.contributions} score={item.score} titles={titles} />
              </Flex>
            ))}
            {row("distance", t("ranking.distance"), (item) => (item.distance_km === null ? "—" : `${figure(item.distance_km, 0)} km`))}
            {[...titles].map(([name, title]) =>
              row(name, title, (item) => <Fit name={name} item={item} items={items} order={[...titles.keys()]} />),
            )}
            {row("confirm", t("ranking.toConfirm"), (item) =>
              item.to_confirm.length === 0 ? t("ranking.noToConfirm") : item.to_confirm.map((field) => <Tag key={field}>{nameOf(field)}</Tag>),
            )}
          </tbody>
        </table>
      </div>
    </Drawer>
  );
}

interface FitProps {
  name: string;
  item: Place;
  items: Place[];
  order: string[];
}

function Fit({ name, item, items, order }: FitProps) {
  const { t } = useTranslation();
  const of = (place: Place): Schemas["ContributionRead"] | undefined =>
    place.contributions.find(({ criterion }) => criterion === name);
  const own = of(item);
  if (own === undefined) return <>—</>;
  const utilities = items.map((place) => of(place)?.utility ?? 0);
  const best = own.utility === Math.max(...utilities) && new Set(utilities).size > 1;
  const figures = own.need !== null || own.offer !== null || own.need_band || own.offer_band;
  return (
    <Flex vertical gap={2}>
      <Progress
        percent={Math.round(own.utility * 100)}
        size="small"
        strokeColor={colourOf(name, order)}
        status="normal"
        style={{ margin: 0 }}
        format={(percent) => <span style={{ fontWeight: best ? 700 : 400 }}>{percent}</span>}
        aria-label={t("ranking.utility")}
      />
      {figures && (
        <Typography.Text style={{ fontSize: 13 }}>
          {t("ranking.offer")} <Side of={own} side="offer" />
        </Typography.Text>
      )}
      <span>
        {best && <Tag color="green">{t("ranking.best")}</Tag>}
        {own.unknown && <Tag color="orange">{t("common.unknown")}</Tag>}
      </span>
    </Flex>
  );
}
