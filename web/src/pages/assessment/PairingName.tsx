import { useQuery } from "@tanstack/react-query";
import { Select, type SelectProps } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { useOrganisation } from "../../parts/organisations";
import { RegionName, useRegions } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";

/** A pairing by its two sides; null is all of them. */
export function PairingName({ id }: { id: string | null }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["pairing", id],
    queryFn: () => dataOf(api.GET("/v1/pairings/{pairing_id}", { params: { path: { pairing_id: id ?? "" } } })),
    enabled: id !== null,
    staleTime: 600_000,
  });
  if (id === null) return <>{t("assessSet.allPairings")}</>;
  if (data === undefined) return <>{id}</>;
  return (
    <>
      <RegionName code={data.supporting_region_code} /> – <RegionName code={data.partner_region_code} />
    </>
  );
}

interface Props extends Omit<SelectProps<string>, "options"> {
  organisationId: string | undefined;
  programme: Schemas["PairingRead"]["programme"] | undefined;
}

/** A pairing of the programme in which the organisation's region takes part. */
export function PairingSelect({ organisationId, programme, ...select }: Props) {
  const { t } = useTranslation();
  const region = useOrganisation(organisationId)?.region_code;
  const query = { region_code: region ?? undefined, programme };
  const paged = usePaged(
    ["pairings", "choice", query],
    (cursor) => dataOf(api.GET("/v1/pairings", { params: { query: { ...query, limit: 100, cursor } } })),
    region !== undefined,
  );
  const regions = useRegions(paged.items.flatMap((one) => [one.supporting_region_code, one.partner_region_code]));
  const name = (code: string) => regions.get(code)?.full_name ?? code;
  return (
    <Select
      {...select}
      allowClear
      placeholder={t("assessSet.allPairings")}
      showSearch={{ optionFilterProp: "label" }}
      loading={paged.loading && region !== undefined}
      onPopupScroll={() => paged.more?.()}
      options={paged.items.map((one) => ({
        value: one.id,
        label: `${name(one.supporting_region_code)} – ${name(one.partner_region_code)}`,
      }))}
    />
  );
}
