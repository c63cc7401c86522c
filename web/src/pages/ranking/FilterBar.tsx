import { Flex, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useProvinces } from "../../parts/reference";
import type { Filters } from "./useRanking";

const SITE_KINDS = [
  "county",
  "development_zone",
  "industrial_park",
  "enclave_park",
  "innovation_enclave",
  "parcel",
] as const satisfies Filters["site_kinds"];
const PROGRAMMES = ["mountain_sea", "east_west", "other"] as const satisfies Filters["programmes"];

/** Which places are ranked at all. */
export function FilterBar({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const { t } = useTranslation();
  const provinces = useProvinces() ?? [];
  const style = { flex: "1 1 150px", maxWidth: 260 };
  return (
    <Flex gap={8} wrap role="search">
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        style={style}
        aria-label={t("ranking.province")}
        placeholder={t("ranking.province")}
        value={filters.province ?? undefined}
        onChange={(province?: string) => onChange({ ...filters, province })}
        options={provinces.map(({ code, name }) => ({ value: code, label: name }))}
      />
      <Select
        allowClear
        mode="multiple"
        maxTagCount="responsive"
        style={style}
        aria-label={t("ranking.siteKinds")}
        placeholder={t("ranking.siteKinds")}
        value={filters.site_kinds}
        onChange={(site_kinds) => onChange({ ...filters, site_kinds })}
        options={SITE_KINDS.map((value) => ({ value, label: t(`choice.site_kind_${value}`) }))}
      />
      <Select
        allowClear
        mode="multiple"
        maxTagCount="responsive"
        style={style}
        aria-label={t("ranking.programmes")}
        placeholder={t("ranking.programmes")}
        value={filters.programmes}
        onChange={(programmes) => onChange({ ...filters, programmes })}
        options={PROGRAMMES.map((value) => ({ value, label: t(`choice.programme_${value}`) }))}
      />
    </Flex>
  );
}
