import { useQuery } from "@tanstack/react-query";
import { Select, type SelectProps } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../api/client";
import { useDebounced } from "../../parts/useDebounced";

/** Organisations by part of their name. */
export function OrganisationSelect(select: Pick<SelectProps<string[]>, "id" | "value" | "onChange">) {
  const [typed, type] = useState("");
  const q = useDebounced(typed.trim()) || undefined;
  const { data, isFetching } = useQuery({
    queryKey: ["organisations", "pick", q],
    queryFn: () => dataOf(api.GET("/v1/organisations", { params: { query: { q, limit: 50 } } })),
  });
  return (
    <Select
      {...select}
      mode="multiple"
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: type }}
      options={data?.items.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
