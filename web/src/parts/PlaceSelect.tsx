import { useQuery } from "@tanstack/react-query";
import { Flex, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../api/client";
import { pageWords } from "../i18n/pageWords";
import "./fieldWords";
import { oneProfile } from "./one";
import { RegionSelect } from "./reference";
import { usePaged } from "./usePaged";

pageWords("place", { place: "载体", first: "先选县" }, { place: "Place", first: "Choose a county first" });

interface Props {
  id?: string;
  value?: string | null;
  onChange?: (id: string | undefined) => void;
  /** Places of the caller's own organisation are offered before a county is chosen. */
  own?: boolean;
}

/** A published place: the county first, then the place in it. */
export function PlaceSelect({ id, value, onChange, own = false }: Props) {
  const { t } = useTranslation();
  const [region, setRegion] = useState<string>();
  const chosen = useQuery({ ...oneProfile(value ?? ""), enabled: Boolean(value) }).data;
  const query = { region_code: region, own: own && !region ? true : undefined, status: "published" as const };
  const places = usePaged(
    ["profiles", "choice", query],
    (cursor) => dataOf(api.GET("/v1/profiles", { params: { query: { ...query, limit: 100, cursor } } })),
    region !== undefined || own,
  );
  const found = chosen && !places.items.some((one) => one.id === chosen.id) ? [chosen, ...places.items] : places.items;
  return (
    <Flex gap={8} wrap>
      <RegionSelect
        aria-label={t("field.region_code")}
        placeholder={t("field.region_code")}
        level="county"
        allowClear
        value={region ?? ""}
        onChange={(next) => {
          setRegion(next || undefined);
          onChange?.(undefined);
        }}
        style={{ flex: "1 1 150px", minWidth: 0 }}
      />
      <Select<string>
        {...(id === undefined ? { "aria-label": t("place.place") } : { id })}
        placeholder={t("place.place")}
        value={value ?? null}
        showSearch={{ optionFilterProp: "label" }}
        loading={places.loading && (region !== undefined || own)}
        notFoundContent={t(region === undefined && !own ? "place.first" : "common.nothing")}
        onChange={onChange}
        onPopupScroll={() => places.more?.()}
        options={found.map((one) => ({ value: one.id, label: one.site_name ?? one.region_code }))}
        style={{ flex: "2 1 200px", minWidth: 0 }}
      />
    </Flex>
  );
}
