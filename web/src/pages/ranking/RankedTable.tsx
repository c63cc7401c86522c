import { CaretDownOutlined, CaretUpOutlined } from "@ant-design/icons";
import { ConfigProvider, Flex, theme, Tooltip, Typography, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { figure, points } from "../../parts/numbers";
import { PagedTable } from "../../parts/PagedTable";
import { ContributionBar } from "./ContributionBar";
import { PlaceCell } from "./PlaceCell";
import { PlaceDetail } from "./PlaceDetail";
import type { Place } from "./useRanking";
import { intervalOf, toggled } from "./weights";

interface Props {
  paged: { items: Place[]; more: (() => void) | null; loading: boolean; error: unknown };
  project: Schemas["ProjectRead"];
  titles: Map<string, string>;
  moved: Map<string, number | null>;
  chosen: string[];
  onChoose: (ids: string[]) => void;
  opened: string[];
  onOpen: (ids: string[]) => void;
  wide: boolean;
}

export function RankedTable({ paged, project, titles, moved, chosen, onChoose, opened, onOpen, wide }: Props) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const score = (item: Place) => (
    <Flex vertical gap={4} style={{ minWidth: wide ? 190 : 0 }}>
      <Flex justify="space-between" align="baseline">
        <Typography.Text strong style={{ fontVariantNumeric: "tabular-nums" }}>
          {points(item.score)}
        </Typography.Text>
        <Interval item={item} />
      </Flex>
      <ContributionBar contributions={item.contributions} score={item.score} titles={titles} />
    </Flex>
  );
  const columns: TableColumnsType<Place> = [
    {
      title: t("ranking.rank"),
      key: "rank",
      width: wide ? 76 : 52,
      render: (_, item) => (
        <Flex vertical align="center">
          <Typography.Text strong style={{ fontSize: 18 }}>
            {item.rank}
          </Typography.Text>
          <Move by={moved.get(item.profile.id) ?? 0} />
        </Flex>
      ),
    },
    {
      title: t("ranking.place"),
      key: "place",
      render: (_, item) => (
        <Flex vertical gap={6}>
          <PlaceCell profile={item.profile} programme={item.programme} toConfirm={item.to_confirm.length} />
          {!wide && score(item)}
        </Flex>
      ),
    },
    ...(wide
      ? [
          { title: t("ranking.score"), key: "score", width: 230, render: (_: unknown, item: Place) => score(item) },
          {
            title: t("ranking.distance"),
            key: "distance",
            width: 96,
            align: "right" as const,
            render: (_: unknown, item: Place) => (item.distance_km === null ? "—" : `${figure(item.distance_km, 0)} km`),
          },
        ]
      : []),
  ];
  return (
    // The tint that follows from the primary colour would be a dark grey, on which nothing can be read.
    <ConfigProvider theme={{ components: { Table: { rowSelectedBg: token.colorFillQuaternary, rowSelectedHoverBg: token.colorFillTertiary } } }}>
      <PagedTable<Place>
        paged={paged}
        rowKey={({ profile }) => profile.id}
        columns={columns}
        scroll={undefined}
        onRow={(item) => ({ id: `place-${item.profile.id}` })}
        rowSelection={{
          selectedRowKeys: chosen,
          hideSelectAll: true,
          columnWidth: 40,
          onSelect: (item) => onChoose(toggled(chosen, item.profile.id)),
          getCheckboxProps: (item) => ({
            disabled: chosen.length >= 4 && !chosen.includes(item.profile.id),
            "aria-label": t("ranking.choose", { name: item.profile.site_name }),
          }),
        }}
        expandable={{
          expandedRowKeys: opened,
          onExpandedRowsChange: (keys) => onOpen(keys.map(String)),
          expandRowByClick: true,
          expandedRowRender: (item) => <PlaceDetail item={item} project={project} titles={titles} wide={wide} />,
        }}
      />
    </ConfigProvider>
  );
}

function Interval({ item }: { item: Place }) {
  const { t } = useTranslation();
  const interval = intervalOf(item);
  if (interval === null) return null;
  return (
    <Tooltip title={t("ranking.intervalNote")}>
      <Typography.Text type="secondary" style={{ fontSize: 13 }}>
        {t("ranking.interval")} {interval}
      </Typography.Text>
    </Tooltip>
  );
}

function Move({ by }: { by: number }) {
  const { t } = useTranslation();
  if (by === 0) return null;
  const up = by > 0;
  const text = t(up ? "ranking.up" : "ranking.down", { by: Math.abs(by) });
  return (
    <Typography.Text type={up ? "success" : "danger"} style={{ fontSize: 12, whiteSpace: "nowrap" }} title={text} aria-label={text}>
      {up ? <CaretUpOutlined /> : <CaretDownOutlined />}
      {Math.abs(by)}
    </Typography.Text>
  );
}
