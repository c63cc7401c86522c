import { Select, Typography, type SelectProps } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../api/client";
import "./choiceWords";
import { RegionName } from "./reference";
import { usePaged } from "./usePaged";

type Pairing = Schemas["PairingRead"];

interface Asked {
  regionCode: string | undefined;
  programme?: Pairing["programme"];
}

/** A pairing of a region, as its two counties and the programme. */
export function PairingSelect({ regionCode, programme, ...select }: Asked & Omit<SelectProps<string>, "options" | "mode">) {
  const query = { region_code: regionCode, programme };
  const pairings = usePaged(["pairings", query], (cursor) =>
    dataOf(api.GET("/v1/pairings", { params: { query: { ...query, limit: 100, cursor } } })),
  );
  return (
    <Select<string>
      {...select}
      loading={pairings.loading}
      onPopupScroll={() => pairings.more?.()}
      options={pairings.items.map((one) => ({ value: one.id, label: <PairingTitle pairing={one} /> }))}
    />
  );
}

function PairingTitle({ pairing }: { pairing: Pairing }) {
  const { t } = useTranslation();
  return (
    <>
      <RegionName code={pairing.supporting_region_code} /> — <RegionName code={pairing.partner_region_code} />{" "}
      <Typography.Text type="secondary">{t(`choice.programme_${pairing.programme}`)}</Typography.Text>
    </>
  );
}
