import { useQueries, useQuery } from "@tanstack/react-query";
import { Select, type SelectProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../api/client";
import { useDebounced } from "./useDebounced";

type Region = Schemas["RegionRead"];

// Regions, industries and quantities change with a release of the service at most.
const KEEP = { staleTime: Infinity, gcTime: Infinity } as const;

const oneRegion = (code: string) => ({
  queryKey: ["region", code],
  queryFn: () => dataOf(api.GET("/v1/regions/{code}", { params: { path: { code } } })),
  ...KEEP,
});

export function useRegion(code: string | undefined) {
  return useQuery({ ...oneRegion(code ?? ""), enabled: Boolean(code) }).data;
}

// Stands here, not in the call: a function made at each drawing would make a new map each time as well.
const byCode = (answers: { data?: Region }[]) =>
  new Map(answers.flatMap(({ data }) => (data ? [[data.code, data] as const] : [])));

/** The regions of these codes, as far as they are known yet. */
export function useRegions(codes: string[]): Map<string, Region> {
  return useQueries({ queries: [...new Set(codes)].map(oneRegion), combine: byCode });
}

export function useProvinces() {
  return useQuery({
    queryKey: ["regions", "province"],
    queryFn: () => dataOf(api.GET("/v1/regions", { params: { query: { level: "province", limit: 100 } } })),
    ...KEEP,
  }).data?.items;
}

export function useIndustry(code: string | undefined) {
  return useQuery({
    queryKey: ["industry", code],
    queryFn: () => dataOf(api.GET("/v1/industries", { params: { query: { q: code, limit: 20 } } })),
    enabled: Boolean(code),
    ...KEEP,
  }).data?.items.find((industry) => industry.code === code);
}

export function RegionName({ code }: { code: string }) {
  return <>{useRegion(code)?.full_name ?? code}</>;
}

export function IndustryName({ code }: { code: string }) {
  const industry = useIndustry(code);
  return <>{industry ? `${code} ${industry.name}` : code}</>;
}

/** All quantities that are registered, page by page. */
export function useQuantities(): Schemas["QuantityRead"][] {
  const { data } = useQuery({
    queryKey: ["quantities"],
    queryFn: async () => {
      const all: Schemas["QuantityRead"][] = [];
      let cursor: string | undefined;
      do {
        const page = await dataOf(api.GET("/v1/quantities", { params: { query: { limit: 100, cursor } } }));
        all.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
    ...KEEP,
  });
  return data ?? [];
}

// People come and go: of them a hold warns what is short, and no pool is made.
const LABOUR = new Set(["labour_persons", "skilled_labour_persons"]);

// As people name them: land first, labour last of what is a field of its own.
const ORDER = ["land_mu", "floor_area_m2", "power_kva", "labour_persons"];
const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

/** The quantities that a hold can keep, those that are fields first; `warns`: it never blocks. */
export function useCapacities(): (Schemas["QuantityRead"] & { warns: boolean })[] {
  return useQuantities()
    .filter(({ kind }) => kind === "capacity")
    .sort((a, b) => place(a.name) - place(b.name))
    .map((quantity) => ({ ...quantity, warns: LABOUR.has(quantity.name) }));
}

type Picked = Omit<SelectProps<string>, "options" | "showSearch" | "filterOption" | "onSearch">;

/** A region by part of its name or the start of its code. */
export function RegionSelect({ level, ...select }: Picked & { level?: Region["level"] }) {
  const { t } = useTranslation();
  const [typed, type] = useState("");
  const q = useDebounced(typed.trim());
  const chosen = useRegion(select.value ?? undefined);
  const { data, isFetching } = useQuery({
    queryKey: ["regions", level, q],
    queryFn: () => dataOf(api.GET("/v1/regions", { params: { query: { q, level, limit: 20 } } })),
    enabled: q !== "",
    ...KEEP,
  });
  const found = q === "" ? (chosen ? [chosen] : []) : (data?.items ?? []);
  return (
    <Select
      {...select}
      value={select.value || undefined}
      showSearch={{ filterOption: false, onSearch: type }}
      loading={isFetching}
      notFoundContent={t(q === "" ? "common.search" : "common.nothing")}
      options={found.map((region) => ({ value: region.code, label: `${region.full_name} ${region.code}` }))}
    />
  );
}

/** An industry of GB/T 4754 by part of its name or the start of its code. */
export function IndustrySelect(select: Picked) {
  const [typed, type] = useState("");
  const q = useDebounced(typed.trim());
  const chosen = useIndustry(select.value ?? undefined);
  const { data, isFetching } = useQuery({
    queryKey: ["industries", q],
    queryFn: () => dataOf(api.GET("/v1/industries", { params: { query: q === "" ? { limit: 100 } : { q, limit: 50 } } })),
    ...KEEP,
  });
  const found = data?.items ?? [];
  const all = chosen && q === "" && !found.some(({ code }) => code === chosen.code) ? [chosen, ...found] : found;
  return (
    <Select
      {...select}
      value={select.value || undefined}
      showSearch={{ filterOption: false, onSearch: type }}
      loading={isFetching}
      options={all.map(({ code, name }) => ({ value: code, label: `${code} ${name}` }))}
    />
  );
}

type PickedMany = Omit<SelectProps<string[]>, "options" | "showSearch" | "filterOption" | "onSearch" | "mode">;

/** Several regions, each by part of its name or the start of its code. */
export function RegionsSelect(select: PickedMany) {
  const { t } = useTranslation();
  const [typed, type] = useState("");
  const q = useDebounced(typed.trim());
  const chosen = useRegions(select.value ?? []);
  const { data, isFetching } = useQuery({
    queryKey: ["regions", undefined, q],
    queryFn: () => dataOf(api.GET("/v1/regions", { params: { query: { q, limit: 20 } } })),
    enabled: q !== "",
    ...KEEP,
  });
  const found = q === "" ? [...chosen.values()] : (data?.items ?? []);
  const label = (region: Region) => `${region.full_name} ${region.code}`;
  return (
    <Select<string[]>
      {...select}
      mode="multiple"
      showSearch={{ filterOption: false, onSearch: type }}
      loading={isFetching}
      notFoundContent={t(q === "" ? "common.search" : "common.nothing")}
      options={found.map((region) => ({ value: region.code, label: label(region) }))}
      labelRender={({ value, label: shown }) => shown ?? chosen.get(String(value))?.full_name ?? value}
    />
  );
}

/** A development zone of the national catalogue, by part of its name or its code. */
export function ZoneSelect(select: Picked) {
  const { t } = useTranslation();
  const [typed, type] = useState("");
  const q = useDebounced(typed.trim()) || (select.value ?? "");
  const { data, isFetching } = useQuery({
    queryKey: ["zones", q],
    queryFn: () => dataOf(api.GET("/v1/zones", { params: { query: { q, limit: 20 } } })),
    enabled: q !== "",
    ...KEEP,
  });
  return (
    <Select
      {...select}
      value={select.value || undefined}
      showSearch={{ filterOption: false, onSearch: type }}
      loading={isFetching}
      notFoundContent={t(q === "" ? "common.search" : "common.nothing")}
      options={(data?.items ?? []).map((zone) => ({ value: zone.key, label: `${zone.name} ${zone.key}` }))}
    />
  );
}
