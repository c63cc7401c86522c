import { Checkbox, DatePicker, Form, Input, InputNumber, Select, Typography } from "antd";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { asDay, dayOf } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { IndustryName, IndustrySelect, RegionName, RegionSelect, ZoneSelect } from "../../parts/reference";
import { EnclaveFields } from "./EnclaveFields";
import { MaterialRows, materialText } from "./MaterialRows";
import { PlaceChoice } from "./PlaceChoice";
import type { Draft } from "./ProfileForm";
import { RestrictedRows } from "./RestrictedRows";
import { KINDS } from "./states";

interface Props {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  mayEdit: boolean;
  /** What is wrong with which field, by the path of the field: `restricted_industries.0.code`. */
  errors: Map<string, string>;
}

/** What a project always asks of a place: shown as "to confirm" where it is not known. */
const ASKED = new Set(["leading_industries", "industry_codes", "land_use", "environment_unit"]);

/** What a place is: name, kind, days, industries and text. */
export function PlaceFields({ draft, set, mayEdit, errors }: Props) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  // What a reader can do nothing with is left out where it is not known.
  const field = (key: keyof Draft & string, shown: ReactNode, edited: ReactNode) =>
    !mayEdit && shown === null && !ASKED.has(key) ? null : (
    <Form.Item
      key={key}
      label={name(key)}
      htmlFor={`place-${key}`}
      validateStatus={errors.has(key) ? "error" : ""}
      help={told(errors, key, t).length > 0 ? <Typography.Text type="danger">{told(errors, key, t).join(" ")}</Typography.Text> : undefined}
      style={{ marginBottom: 12 }}
    >
      {mayEdit ? edited : (shown ?? <Typography.Text type="secondary">{t("common.unknown")}</Typography.Text>)}
    </Form.Item>
    );
  const day = (key: "as_of" | "valid_until" | "land_ready_on" | "power_ready_on") =>
    field(
      key,
      draft[key],
      <DatePicker
        id={`place-${key}`}
        allowClear={key !== "as_of"}
        value={asDay(draft[key])}
        onChange={(next) => (key === "as_of" ? set({ as_of: dayOf(next) ?? draft.as_of }) : set({ [key]: dayOf(next) }))}
        style={{ width: "100%" }}
      />,
    );
  const choice = <K extends "land_use" | "environment_unit">(key: K, words: string, values: NonNullable<Draft[K]>[]) =>
    field(key, draft[key] && t(`profiles.${words}_${draft[key]}`), <PlaceChoice field={key} words={words} values={values} draft={draft} set={set} />);
  return (
    <Form layout="vertical" component="div">
      {field(
        "site_name",
        draft.site_name,
        <Input id="place-site_name" value={draft.site_name ?? ""} onChange={(event) => set({ site_name: event.target.value || null })} />,
      )}
      {field(
        "site_kind",
        t(`choice.site_kind_${draft.site_kind}`),
        <Select
          id="place-site_kind"
          value={draft.site_kind}
          onChange={(site_kind) => set({ site_kind })}
          options={KINDS.map((kind) => ({ value: kind, label: t(`choice.site_kind_${kind}`) }))}
        />,
      )}
      {field(
        "region_code",
        <RegionName code={draft.region_code} />,
        <RegionSelect id="place-region_code" level="county" value={draft.region_code} onChange={(code) => code && set({ region_code: code })} />,
      )}
      <EnclaveFields draft={draft} set={set} field={field} />
      {field(
        "zone_code",
        draft.zone_code,
        <ZoneSelect id="place-zone_code" allowClear value={draft.zone_code ?? ""} onChange={(code) => set({ zone_code: code ?? null })} />,
      )}
      {day("as_of")}
      {day("valid_until")}
      {field(
        "leading_industries",
        draft.leading_industries.join("、") || null,
        <Select
          id="place-leading_industries"
          mode="tags"
          tokenSeparators={["、", "，", ","]}
          value={draft.leading_industries}
          onChange={(leading_industries) => set({ leading_industries })}
        />,
      )}
      {field(
        "industry_codes",
        draft.industry_codes.length > 0 ? draft.industry_codes.map((code) => <div key={code}><IndustryName code={code} /></div>) : null,
        <>
          {draft.industry_codes.map((code) => (
            <Typography.Paragraph key={code} style={{ marginBottom: 4 }}>
              <IndustryName code={code} />{" "}
              <Typography.Link
                aria-label={`${t("profiles.remove")} ${code}`}
                href="#"
                onClick={(event) => {
                  event.preventDefault();
                  set({ industry_codes: draft.industry_codes.filter((one) => one !== code) });
                }}
              >
                {t("profiles.remove")}
              </Typography.Link>
            </Typography.Paragraph>
          ))}
          <IndustrySelect
            id="place-industry_codes"
            value={null}
            placeholder={name("industry_code")}
            style={{ width: "100%" }}
            onChange={(code) => {
              if (code && !draft.industry_codes.includes(code)) set({ industry_codes: [...draft.industry_codes, code] });
            }}
          />
        </>,
      )}
      {choice("land_use", "landUse", ["M1", "M2", "M3"])}
      {day("land_ready_on")}
      {day("power_ready_on")}
      {draft.site_kind !== "county" &&
        choice("environment_unit", "unit", ["priority_protection", "key_control", "general_control"])}
      {field(
        "is_chemical_park",
        draft.is_chemical_park === null ? null : t(draft.is_chemical_park ? "common.yes" : "common.no"),
        <Select
          id="place-is_chemical_park"
          allowClear
          value={draft.is_chemical_park === null ? null : String(draft.is_chemical_park)}
          placeholder={t("common.unknown")}
          onChange={(value) => set({ is_chemical_park: value ? value === "true" : null })}
          options={[
            { value: "true", label: t("common.yes") },
            { value: "false", label: t("common.no") },
          ]}
        />,
      )}
      {field(
        "restricted_industries",
        draft.restricted_industries.length > 0
          ? draft.restricted_industries.map((one) => (
              <div key={one.code}>
                <IndustryName code={one.code} /> · {t(`profiles.${one.level}`)} {one.condition}
              </div>
            ))
          : null,
        <RestrictedRows errors={errors} rows={draft.restricted_industries} change={(restricted_industries) => set({ restricted_industries })} />,
      )}
      {field(
        "materials",
        draft.materials.length > 0 ? draft.materials.map((one) => <div key={one.name}>{materialText(one, i18n.language)}</div>) : null,
        <MaterialRows errors={errors} rows={draft.materials} change={(materials) => set({ materials })} />,
      )}
      {(["lon", "lat"] as const).map((key) =>
        field(
          key,
          draft[key],
          <InputNumber id={`place-${key}`} value={draft[key]} onChange={(value) => set({ [key]: value })} controls={false} style={{ width: "100%" }} />,
        ),
      )}
      {field(
        "description",
        draft.description,
        <Input.TextArea
          id="place-description"
          rows={4}
          value={draft.description ?? ""}
          onChange={(event) => set({ description: event.target.value || null })}
        />,
      )}
      {mayEdit && (
        <Checkbox checked={draft.is_synthetic ?? false} onChange={(event) => set({ is_synthetic: event.target.checked })}>
          {t("profiles.isSynthetic")}
        </Checkbox>
      )}
    </Form>
  );
}

/** What is said of a field and of the rows below it; of a row with its number. */
function told(errors: Map<string, string>, field: string, t: TFunction): string[] {
  return [...errors].flatMap(([path, said]) => {
    if (path === field) return [said];
    if (!path.startsWith(`${field}.`)) return [];
    const row = Number(path.split(".")[1]);
    return [Number.isNaN(row) ? said : t("profiles.rowSays", { number: row + 1, said })];
  });
}
