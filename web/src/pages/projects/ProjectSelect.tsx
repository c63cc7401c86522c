import { useQuery } from "@tanstack/react-query";
import { Select, type SelectProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { oneProject } from "../../parts/one";
import { useDebounced } from "../../parts/useDebounced";

/** A project that the caller may see, by part of its name. */
export function ProjectSelect({ without, ...select }: { without?: string } & Pick<SelectProps<string>, "id" | "value" | "onChange" | "allowClear">) {
  const { t } = useTranslation();
  const [typed, type] = useState("");
  const q = useDebounced(typed.trim()) || undefined;
  const chosen = useQuery({ ...oneProject(select.value ?? ""), enabled: Boolean(select.value) }).data;
  const { data, isFetching } = useQuery({
    queryKey: ["projects", "pick", q],
    queryFn: () => dataOf(api.GET("/v1/projects", { params: { query: { q, limit: 50 } } })),
  });
  const found = (data?.items ?? []).filter(({ id }) => id !== without);
  const all = chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  return (
    <Select<string>
      {...select}
      value={select.value || undefined}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: type }}
      notFoundContent={t("common.nothing")}
      options={all.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
