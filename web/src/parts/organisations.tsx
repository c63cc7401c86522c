import { useQuery } from "@tanstack/react-query";
import { Select, type SelectProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../api/client";
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

interface Asked {
  kind?: Schemas["OrganisationRead"]["kind"];
}

/** One organisation, by part of its name. */
export function OrganisationSelect({ kind, ...select }: Asked & Omit<SelectProps<string>, "options" | "showSearch" | "mode">) {
  const { t } = useTranslation();
  const [typed, type] = useState("");
  const { found, busy } = useFound(typed, kind);
  const chosen = useOrganisation(select.value);
  const options = chosen && typed === "" && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  return (
    <Select<string>
      {...select}
      value={select.value || undefined}
      loading={busy}
      showSearch={{ filterOption: false, onSearch: type }}
      notFoundContent={t("common.nothing")}
      options={options.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

/** Several organisations, by parts of their names. */
export function OrganisationsSelect(select: Pick<SelectProps<string[]>, "id" | "value" | "onChange">) {
  const [typed, type] = useState("");
  const { found, busy } = useFound(typed);
  return (
    <Select
      {...select}
      mode="multiple"
      loading={busy}
      showSearch={{ filterOption: false, onSearch: type }}
      labelRender={({ value }) => <OrganisationName id={String(value)} />}
      options={found.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

function useFound(typed: string, kind?: Asked["kind"]) {
  const q = useDebounced(typed.trim()) || undefined;
  const { data, isFetching } = useQuery({
    queryKey: ["organisations", "pick", q, kind],
    queryFn: () => dataOf(api.GET("/v1/organisations", { params: { query: { q, kind, limit: 50 } } })),
  });
  return { found: data?.items ?? [], busy: isFetching };
}
