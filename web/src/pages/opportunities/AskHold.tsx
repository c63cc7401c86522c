import { useQuery } from "@tanstack/react-query";
import { Alert, DatePicker, Form, InputNumber, Select, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { amount } from "../../parts/amounts";
import { endOf } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { useRules } from "../../parts/limits";
import { SyntheticMark } from "../../parts/Marks";
import { oneProfile, oneProject } from "../../parts/one";
import { useCapacities } from "../../parts/reference";
import { unitName } from "../../parts/units";
import { useWarned } from "../../parts/useWarned";
import { bodyOf, HOLD_FIELDS, neededBy, type Amounts } from "./holdAmounts";
import "./holdWords";
import type { Opportunity } from "./stages";

interface Asked {
  amounts?: Amounts;
  until?: Dayjs | null;
}

/** Keeps quantities of the place for the project: at once by the place's side, as a request by the project's. */
export function AskHold({ row, isPlace }: { row: Opportunity; isPlace: boolean }) {
  const { t } = useTranslation();
  const warn = useWarned();
  const capacities = useCapacities();
  const { data: project } = useQuery(oneProject(row.project_id));
  const needed = neededBy(project, capacities);
  const run = async ({ until, amounts }: Asked, key: string) => {
    const answer = await dataOf(
      api.POST("/v1/holds", {
        params: { header: { "idempotency-key": key } },
        body: {
          project_id: row.project_id,
          profile_id: row.profile_id,
          ...bodyOf(amounts ?? {}),
          ...(until ? { expires_at: endOf(until) } : {}),
        },
      }),
    );
    warn(answer.warnings);
    return answer;
  };
  return (
    <FormDialog<Asked>
      label={t(isPlace ? "holds.create" : "holds.request")}
      button={{ type: "primary" }}
      initial={{ amounts: needed }}
      run={run}
      changes={[["holds"], ["pools"], ["profile", row.profile_id]]}
    >
      <Typography.Paragraph type="secondary">{t("holds.intro")}</Typography.Paragraph>
      <AmountFields row={row} project={project} needed={needed} />
      <Form.Item name="until" label={t("holds.until")} extra={t("holds.untilNote")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
    </FormDialog>
  );
}

interface FieldsProps {
  row: Opportunity;
  project: Schemas["ProjectRead"] | undefined;
  needed: Record<string, number>;
}

function AmountFields({ row, project, needed }: FieldsProps) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const rules = useRules("HoldWrite");
  const capacities = useCapacities();
  const { data: place } = useQuery(oneProfile(row.profile_id));
  const [added, add] = useState<string[]>([]);
  const shown = capacities.filter(
    (one) => one.is_field || one.name in needed || added.includes(one.name) || one.name in (place?.quantities ?? {}),
  );
  const offered = (one: (typeof capacities)[number]) => {
    const value = one.is_field ? place?.[one.name as (typeof HOLD_FIELDS)[number]] : (place?.quantities[one.name] as number | undefined);
    return amount(value, one.unit, i18n.language, place?.bands[one.name]);
  };
  return (
    <>
      {place?.is_synthetic && (
        <Alert
          type="warning"
          title={
            <>
              <SyntheticMark is /> {t("holds.synthetic")}
            </>
          }
          style={{ marginBottom: 12 }}
        />
      )}
      {shown.map((one) => (
        <Form.Item
          key={one.name}
          name={["amounts", one.name]}
          label={name(one.name)}
          rules={rules(one.is_field ? one.name : "", { minimum: 0, maximum: one.maximum })}
          extra={[
            t("holds.needed", { amount: amount(needed[one.name], one.unit, i18n.language, project?.bands[one.name]) }),
            t("holds.published", { amount: offered(one) }),
            ...(one.warns ? [t("holds.warnsOnly")] : []),
          ].join(" · ")}
        >
          <InputNumber<number> suffix={unitName(one.unit, i18n.language)} controls={false} inputMode="decimal" style={{ width: "100%" }} />
        </Form.Item>
      ))}
      <Form.Item label={t("holds.addQuantity")} htmlFor="hold-quantity">
        <Select<string>
          id="hold-quantity"
          value={null}
          showSearch={{ optionFilterProp: "label" }}
          onChange={(one) => add((before) => [...before, one])}
          options={capacities.filter((one) => !shown.includes(one)).map((one) => ({ value: one.name, label: name(one.name) }))}
        />
      </Form.Item>
    </>
  );
}
