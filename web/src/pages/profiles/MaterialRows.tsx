import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { figure } from "../../parts/numbers";
import { unitName } from "../../parts/units";

type Row = Schemas["Material"];

interface Props {
  rows: Row[];
  change: (rows: Row[]) => void;
  /** By the path of the field: `materials.0.name`. */
  errors: Map<string, string>;
}

/** What a place has to offer of raw materials, a year, and how far it carries. */
export function MaterialRows({ rows, change, errors }: Props) {
  const { t, i18n } = useTranslation();
  const put = (place: number, values: Partial<Row>) => change(rows.map((row, at) => (at === place ? { ...row, ...values } : row)));
  const statusOf = (place: number, field: keyof Row) => (errors.has(`materials.${place}.${field}`) ? "error" : undefined);
  return (
    <Flex vertical gap={8}>
      {rows.map((row, place) => (
        <Flex key={place} gap={8} wrap role="group" aria-label={`${t("field.materials")} ${place + 1}`}>
          <Input
            aria-label={t("profiles.materialName")}
            placeholder={t("profiles.materialName")}
            status={statusOf(place, "name")}
            value={row.name}
            onChange={(event) => put(place, { name: event.target.value })}
            style={{ flex: "1 1 120px" }}
          />
          <InputNumber
            aria-label={t("profiles.perYear")}
            placeholder={t("profiles.perYear")}
            status={statusOf(place, "quantity_per_year")}
            value={row.quantity_per_year ?? null}
            onChange={(quantity_per_year) => put(place, { quantity_per_year })}
            controls={false}
            style={{ width: 110 }}
          />
          <Select
            aria-label={t("profiles.unit")}
            placeholder={t("profiles.unit")}
            allowClear
            value={row.unit ?? null}
            onChange={(unit) => put(place, { unit: unit ?? null })}
            style={{ width: 100 }}
            options={(["t", "m3"] as const).map((unit) => ({ value: unit, label: unitName(unit, i18n.language) }))}
          />
          <InputNumber
            aria-label={t("profiles.haul")}
            placeholder={t("profiles.haul")}
            status={statusOf(place, "max_haul_km")}
            value={row.max_haul_km ?? null}
            onChange={(max_haul_km) => put(place, { max_haul_km })}
            controls={false}
            suffix="km"
            style={{ width: 130 }}
          />
          <Button aria-label={t("profiles.remove")} icon={<DeleteOutlined />} onClick={() => change(rows.filter((_, at) => at !== place))} />
        </Flex>
      ))}
      <Button icon={<PlusOutlined />} onClick={() => change([...rows, { name: "" }])} style={{ alignSelf: "start" }}>
        {t("profiles.addMaterial")}
      </Button>
    </Flex>
  );
}

/** A material in one line. */
export function materialText({ name, quantity_per_year, unit, max_haul_km }: Row, language: string): string {
  const year = language === "en" ? "/year" : "/年";
  const much = quantity_per_year === null || quantity_per_year === undefined ? "" : ` ${figure(quantity_per_year)} ${unit ? unitName(unit, language) : ""}${year}`;
  return `${name}${much}${max_haul_km ? ` ≤ ${figure(max_haul_km)} km` : ""}`;
}
