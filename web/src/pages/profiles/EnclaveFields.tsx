import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { RegionName, RegionsSelect } from "../../parts/reference";
import { PlaceChoice } from "./PlaceChoice";
import type { Draft } from "./ProfileForm";

interface Props {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  field: (key: keyof Draft & string, shown: ReactNode, edited: ReactNode) => ReactNode;
}

const DIRECTIONS = ["forward", "reverse"] as const;
const PURPOSES = ["industry", "innovation", "village_income"] as const;

/** Whose an enclave is and what for; only of an enclave, or where it is stated already. */
export function EnclaveFields({ draft, set, field }: Props) {
  const { t } = useTranslation();
  const isEnclave = draft.site_kind === "enclave_park" || draft.site_kind === "innovation_enclave";
  if (!isEnclave && draft.home_region_codes.length === 0 && draft.enclave_direction === null && draft.enclave_purpose === null) return null;
  const choice = <K extends "enclave_direction" | "enclave_purpose">(key: K, values: readonly NonNullable<Draft[K]>[]) =>
    field(key, draft[key] && t(`profiles.${key}_${draft[key]}`), <PlaceChoice field={key} words={key} values={values} draft={draft} set={set} />);
  return (
    <>
      {field(
        "home_region_codes",
        draft.home_region_codes.length > 0
          ? draft.home_region_codes.map((code) => (
              <div key={code}>
                <RegionName code={code} />
              </div>
            ))
          : null,
        <RegionsSelect
          id="place-home_region_codes"
          value={draft.home_region_codes}
          onChange={(home_region_codes) => set({ home_region_codes })}
        />,
      )}
      {choice("enclave_direction", DIRECTIONS)}
      {choice("enclave_purpose", PURPOSES)}
    </>
  );
}
