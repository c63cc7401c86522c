import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Draft } from "./ProfileForm";

type Field = "land_use" | "environment_unit" | "enclave_direction" | "enclave_purpose";

interface Props<K extends Field> {
  field: K;
  /** Where the words of the values are: `profiles.landUse_M1`. */
  words: string;
  values: readonly NonNullable<Draft[K]>[];
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

/** One of a few values, or not known yet. */
export function PlaceChoice<K extends Field>({ field, words, values, draft, set }: Props<K>) {
  const { t } = useTranslation();
  return (
    <Select
      id={`place-${field}`}
      allowClear
      value={draft[field]}
      placeholder={t("common.unknown")}
      onChange={(value) => set({ [field]: value ?? null })}
      options={values.map((value) => ({ value, label: t(`profiles.${words}_${value}`) }))}
    />
  );
}
