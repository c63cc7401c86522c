import { useTranslation } from "react-i18next";
import "./choiceWords";
import { FIELD_UNITS } from "./fieldUnits";
import { useFieldName } from "./fieldWords";
import { amount } from "./amounts";
import { IndustryName, RegionName, useQuantities } from "./reference";

/** A value of a project's or a profile's field as people read it: with its unit, in words, by its name. */
export function FieldValue({ field, value }: { field: string; value: unknown }) {
  const { t, i18n } = useTranslation();
  const nameOf = useFieldName();
  const quantities = useQuantities();
  const choice = (one: unknown) => (i18n.exists(`choice.${field}_${String(one)}`) ? t(`choice.${field}_${String(one)}`) : String(one));
  if (value === null || value === undefined || value === "") return <>—</>;
  if (typeof value === "boolean") return <>{t(value ? "common.yes" : "common.no")}</>;
  if (typeof value === "number")
    return <>{amount(value, FIELD_UNITS[field] ?? quantities.find((one) => one.name === field)?.unit ?? "", i18n.language)}</>;
  if (Array.isArray(value)) {
    if (value.length === 0) return <>—</>;
    return (
      <>
        {value.map((one, place) => (
          <div key={place}>
            {field === "restricted_fields" || field === "must" ? nameOf(String(one)) : <FieldValue field={field} value={one} />}
          </div>
        ))}
      </>
    );
  }
  if (typeof value === "object")
    return (
      <>
        {Object.values(value)
          .filter((one) => one !== null && one !== "")
          .map((one) => (typeof one === "string" ? choice(one) : String(one)))
          .join(" · ") || "—"}
      </>
    );
  const text = String(value);
  if (/region_codes?$/.test(field) && /^\d{6}$/.test(text)) return <RegionName code={text} />;
  if (/industry_codes?$/.test(field)) return <IndustryName code={text} />;
  return <span style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{choice(text)}</span>;
}
