import { useQuery } from "@tanstack/react-query";
import { Select, type SelectProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../api/client";
import { useDebounced } from "./useDebounced";

export function useOrganisation(id: string | null | undefined) {
  return useQuery({
    queryKey: ["organisation", id],
    queryFn: () => dataOf(api.GET("/v1/organisations/{organisation_id}", { params: { path: { organisation_id: id! } } })),
    enabled: Boolean(id),
    staleTime: 600_000,
  }).data;
}

export function OrganisationName({ id }: { id: string | null | undefined }) {
  return <>{useOrganisation(id)?.name ?? id ?? "—"}</>;
}

/** An organisation by part of its name; before anything is typed, the first of the directory. */
export function OrganisationSelect(select: Omit<SelectProps<string>, "options" | "showSearch" | "filterOption" | "onSearch">) {
  const { t } = useTranslation();
  const [typed, type] = useState("");
  const q = useDebounced(typed.trim()) || undefined;
  const chosen = useOrganisation(select.value);
  const { data, isFetching } = useQuery({
    queryKey: ["organisations", "choice", q],
    queryFn: () => dataOf(api.GET("/v1/organisations", { params: { query: { q, limit: 50 } } })),
  });
  const found = data?.items ?? [];
  const all = chosen && q === undefined && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  return (
    <Select
      {...select}
      value={select.value || undefined}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: type }}
      notFoundContent={t("common.nothing")}
      options={all.map((one) => ({ value: one.id, label: one.name }))}
    />
  );
}
