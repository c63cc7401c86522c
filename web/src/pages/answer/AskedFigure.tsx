import { Button, DatePicker, Flex, Input, InputNumber, Select, Space, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { amount } from "../../parts/amounts";
import { asDay, dayOf } from "../../parts/dates";
import { unitName } from "../../parts/units";
import { kindOf, type AskedField, type Value } from "./corrections";

interface Props {
  field: AskedField;
  value: Value;
  change: (value: Value) => void;
  problem: string | undefined;
}

/** One figure or fact: what is on record, and a field to correct it in. */
export function AskedFigure({ field, value, change, problem }: Props) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const name = english ? field.name_en : field.name_zh;
  const id = `asked-${field.field}`;
  const show = (one: Value) =>
    kindOf(field.field) === "land_use" && one !== null
      ? t(`answer.landUse_${one}`, { defaultValue: String(one) })
      : amount(one, field.unit, i18n.language);
  const isChanged = (value ?? "") !== (field.value ?? "");
  return (
    <div role="group" aria-label={name} style={{ paddingBlock: 12, borderBottom: "1px solid rgba(128,128,128,.25)" }}>
      <Flex gap={8} wrap justify="space-between" align="center">
        <label htmlFor={id} style={{ flex: "1 1 180px" }}>
          <Typography.Text strong>{name}</Typography.Text>
        </label>
        <div style={{ flex: "1 1 240px", maxWidth: 360 }}>
          <Control id={id} field={field} value={value} change={change} problem={problem} />
        </div>
      </Flex>
      {problem && (
        <Typography.Text type="danger" role="alert" id={`${id}-problem`}>
          {problem}
        </Typography.Text>
      )}
      <Flex gap={8} wrap align="center" style={{ marginTop: 4, minHeight: 24 }} aria-live="polite">
        <Typography.Text type="secondary" delete={isChanged && field.value !== null}>
          {field.value === null ? t("answer.unknown") : t("answer.stands", { value: show(field.value) })}
        </Typography.Text>
        {isChanged && (
          <>
            <Tag color="gold">
              {value === null || value === "" ? t("answer.cleared") : t("answer.changed", { value: show(value) })}
            </Tag>
            <Button type="link" size="small" style={{ paddingInline: 0 }} onClick={() => change(field.value)}>
              {t("answer.undo")}
            </Button>
          </>
        )}
      </Flex>
    </div>
  );
}

function Control({ id, field, value, change, problem }: Props & { id: string }) {
  const { t, i18n } = useTranslation();
  const status = problem ? "error" : undefined;
  const described = problem ? { "aria-describedby": `${id}-problem` } : {};
  switch (kindOf(field.field)) {
    case "date":
      return (
        <DatePicker id={id} status={status} value={asDay(value as string | null)} onChange={(day) => change(dayOf(day))} style={{ width: "100%" }} {...described} />
      );
    case "land_use":
      return (
        <Select
          id={id}
          allowClear
          status={status}
          value={value as string | null}
          onChange={(next) => change(next ?? null)}
          options={["M1", "M2", "M3"].map((one) => ({ value: one, label: t(`answer.landUse_${one}`) }))}
          style={{ width: "100%" }}
        />
      );
    case "text":
      return <Input.TextArea id={id} status={status} autoSize={{ minRows: 3 }} value={value ?? ""} onChange={(event) => change(event.target.value || null)} {...described} />;
    default:
      return (
        <Space.Compact style={{ width: "100%" }}>
          <InputNumber<number>
            id={id}
            status={status}
            value={value as number | null}
            onChange={change}
            controls={false}
            inputMode="decimal"
            style={{ width: "100%" }}
            {...described}
          />
          {field.unit && <Space.Addon>{i18n.language === "en" ? unitName(field.unit, "en") : field.unit_zh}</Space.Addon>}
        </Space.Compact>
      );
  }
}
