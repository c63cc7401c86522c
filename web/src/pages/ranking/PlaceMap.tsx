import { use } from "echarts/core";
import { LinesChart, ScatterChart } from "echarts/charts";
import { LabelLayout } from "echarts/features";
import { Card, Segmented, theme } from "antd";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Chart } from "../../parts/Chart";
import { useProvinces, useRegion, useRegions } from "../../parts/reference";
import { COUNTRY, grouped, proportion, shortName, viewOf } from "./geometry";
import { mapOption, type Dot, type Picked } from "./mapOption";
import type { Place } from "./useRanking";

use([LinesChart, ScatterChart, LabelLayout]);
export const LINES = 5;

interface Props {
  items: Place[];
  originCode: string;
  onPick: (profileId: string) => void;
}

/** The places as points where they are: longitude and latitude as plain axes, no border of anything drawn. */
export function PlaceMap({ items, originCode, onPick }: Props) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const [whole, setWhole] = useState<"fitted" | "country">("fitted");
  const origin = useRegion(originCode);
  const provinces = useProvinces();
  const regions = useRegions(items.map(({ profile }) => profile.region_code));
  const latest = useRef(onPick);
  latest.current = onPick;
  const located = useMemo(
    () =>
      items.flatMap((item): Dot[] => {
        const region = regions.get(item.profile.region_code);
        if (region?.lon == null || region.lat == null) return [];
        return [{ item, lon: region.lon, lat: region.lat, name: region.name }];
      }),
    [items, regions],
  );
  const start = origin?.lon != null && origin.lat != null ? { lon: origin.lon, lat: origin.lat, name: origin.name } : null;
  const [open, setOpen] = useState<string | null>(null);
  const option = useMemo(
    () => {
      const view = whole === "country" ? COUNTRY : viewOf(start ? [...located, start] : located);
      return mapOption({
        groups: grouped(located, view),
        open,
        start,
        context: (provinces ?? []).flatMap(({ lon, lat, name }) => (lon != null && lat != null ? [{ lon, lat, name: shortName(name) }] : [])),
        view,
        lines: LINES,
        colours: {
          strong: token.colorLink,
          weak: token.colorTextTertiary,
          // A number has to be read on it.
          numbered: token.colorTextSecondary,
          faint: token.colorTextQuaternary,
          text: token.colorText,
          grid: token.colorBorderSecondary,
          start: token.colorError,
          halo: token.colorBgContainer,
        },
        words: {
          origin: t("ranking.origin"),
          score: t("ranking.score"),
          synthetic: t("common.synthetic"),
          places: (count) => t("ranking.together", { count }),
          layOut: t("ranking.layOut"),
          layIn: t("ranking.layIn"),
        },
      });
    },
    // `start` is made anew at each drawing; its region is what it depends on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [located, origin, provinces, whole, open, token, t],
  );
  return (
    <Card
      size="small"
      title={t("ranking.map")}
      extra={
        <Segmented
          size="small"
          value={whole}
          onChange={setWhole}
          options={[
            { value: "fitted", label: t("ranking.fitted") },
            { value: "country", label: t("ranking.country") },
          ]}
        />
      }
      styles={{ body: { padding: 4 } }}
    >
      <div style={{ aspectRatio: String(proportion(COUNTRY)), maxHeight: 460, width: "100%" }}>
        <Chart
          option={option}
          height="100%"
          label={t("ranking.mapLabel", { count: located.length, origin: origin?.name ?? originCode, lines: LINES })}
          onPick={(data) => {
            const { place, group } = (data ?? {}) as Picked;
            if (place !== undefined) latest.current(place);
            if (group !== undefined) setOpen(group === open ? null : group);
          }}
        />
      </div>
    </Card>
  );
}
