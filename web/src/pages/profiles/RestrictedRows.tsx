import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { IndustrySelect } from "../../parts/reference";

type Row = Schemas["RestrictedIndustry"];

interface Props {
  rows: Row[];
  change: (rows: Row[]) => void;
  /** By the path of the field: `restricted_industries.0.code`. */
  errors: Map<string, string>;
}

/** The industries that a place refuses, or takes on a condition. */
export function RestrictedRows({ rows, change, errors }: Props) {
  const { t } = useTranslation();
  const put = (place: number, values: Partial<Row>) => change(rows.map((row, at) => (at === place ? { ...row, ...values } : row)));
  const statusOf = (place: number, field: keyof Row) => (errors.has(`restricted_industries.${place}.${field}`) ? "error" : undefined);
  return (
    <Flex vertical gap={8}>
      {rows.map((row, place) => (
        <Flex key={place} gap={8} wrap role="group" aria-label={`${t("field.restricted_industries")} ${place + 1}`}>
          <IndustrySelect
            aria-label={t("field.industry_code")}
            placeholder={t("field.industry_code")}
            status={statusOf(place, "code")}
            value={row.code}
            onChange={(code) => put(place, { code: code ?? "" })}
            style={{ flex: "1 1 200px", minWidth: 0 }}
          />
          <Select
            aria-label={t("profiles.level")}
            value={row.level}
            onChange={(level) => put(place, { level })}
            style={{ width: 110 }}
            options={(["prohibited", "conditional"] as const).map((level) => ({ value: level, label: t(`profiles.${level}`) }))}
          />
          <Input
            aria-label={t("profiles.condition")}
            placeholder={t("profiles.condition")}
            status={statusOf(place, "condition")}
            value={row.condition ?? ""}
            onChange={(event) => put(place, { condition: event.target.value || null })}
            style={{ flex: "1 1 160px" }}
          />
          <Button
            aria-label={t("profiles.remove")}
            icon={<DeleteOutlined />}
            onClick={() => change(rows.filter((_, at) => at !== place))}
          />
        </Flex>
      ))}
      <Button
        icon={<PlusOutlined />}
        onClick={() => change([...rows, { code: "", level: "prohibited", condition: null }])}
        style={{ alignSelf: "start" }}
      >
        {t("profiles.addRestricted")}
      </Button>
    </Flex>
  );
}
