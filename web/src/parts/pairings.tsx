import { useQuery } from "@tanstack/react-query";
import { Select, type SelectProps } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../api/client";
import "./choiceWords";
import { RegionName, useRegions } from "./reference";
import { usePaged } from "./usePaged";

type Pairing = Schemas["PairingRead"];

/** A pairing by its two sides. */
export function PairingName({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ["pairing", id],
    queryFn: () => dataOf(api.GET("/v1/pairings/{pairing_id}", { params: { path: { pairing_id: id } } })),
    staleTime: 600_000,
  });
  if (data === undefined) return <>{id}</>;
  return (
    <>
      <RegionName code={data.supporting_region_code} /> – <RegionName code={data.partner_region_code} />
    </>
  );
}

interface Asked {
  regionCode: string | undefined;
  programme?: Pairing["programme"];
}

/** A pairing of a region, by its two sides; with the programme, where that is not clear. */
export function PairingSelect({ regionCode, programme, ...select }: Asked & Omit<SelectProps<string>, "options" | "showSearch" | "mode">) {
  const { t } = useTranslation();
  const query = { region_code: regionCode, programme };
  const paged = usePaged(["pairings", query], (cursor) => dataOf(api.GET("/v1/pairings", { params: { query: { ...query, limit: 100, cursor } } })));
  const regions = useRegions(paged.items.flatMap((one) => [one.supporting_region_code, one.partner_region_code]));
  const name = (code: string) => regions.get(code)?.full_name ?? code;
  const of = (one: Pairing) => (programme === undefined ? ` · ${t(`choice.programme_${one.programme}`)}` : "");
  return (
    <Select<string>
      {...select}
      showSearch={{ optionFilterProp: "label" }}
      loading={paged.loading}
      onPopupScroll={() => paged.more?.()}
      options={paged.items.map((one) => ({
        value: one.id,
        label: `${name(one.supporting_region_code)} – ${name(one.partner_region_code)}${of(one)}`,
      }))}
    />
  );
}
