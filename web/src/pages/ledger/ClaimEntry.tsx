import { Checkbox, DatePicker, Form, Input, InputNumber, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { asDay, dayOf, today } from "../../parts/dates";
import { useRules } from "../../parts/limits";
import { PairingSelect } from "../../parts/pairings";
import { useWarned } from "../../parts/useWarned";
import { useSession } from "../../shell/session";
import { useMeasures } from "./measures";

interface Values {
  pairing_id: string;
  measure: string;
  component?: Schemas["LedgerEntryWrite"]["component"];
  amount: number;
  occurred_on: Dayjs;
  source: string;
  document_no?: string;
  note?: string;
  separate?: boolean;
}

interface Props {
  /** The joint record that the entry came of; none for training, aid and the like. */
  record?: Pick<Schemas["OpportunityRead"], "id" | "region_code">;
}

/** Claims what was brought, on a document, under one pairing. */
export function ClaimEntry({ record }: Props) {
  const { t } = useTranslation();
  const { find } = useMeasures();
  const warn = useWarned();
  const run = async (values: Values, key: string) => {
    const stock = find(values.measure)?.nature === "stock";
    const occurred = dayOf(stock ? values.occurred_on.endOf("month") : values.occurred_on)!;
    const answer = await dataOf(
      api.POST("/v1/ledger-entries", {
        params: { header: { "idempotency-key": key } },
        body: {
          pairing_id: values.pairing_id,
          opportunity_id: record?.id ?? null,
          measure: values.measure,
          component: find(values.measure)?.with_component ? (values.component ?? null) : null,
          amount: values.amount,
          occurred_on: occurred,
          evidence: [{ source: values.source, document_no: values.document_no || null, as_of: dayOf(values.occurred_on) }],
          note: values.note || null,
          separate: values.separate ?? false,
        },
      }),
    );
    warn(answer.warnings);
    return answer;
  };
  return (
    <FormDialog<Values>
      label={t("ledger.claim")}
      button={{ type: "primary" }}
      initial={{ occurred_on: asDay(today())!, measure: "funds_in_place", component: "fixed_asset" }}
      run={run}
      changes={[["ledger"], ["assessment"]]}
    >
      <Fields regionCode={record?.region_code} />
    </FormDialog>
  );
}

function Fields({ regionCode }: { regionCode: string | undefined }) {
  const { t } = useTranslation();
  const { measures, find, nameOf, unitOf } = useMeasures();
  const measure = find(Form.useWatch<string>("measure") ?? "");
  const { organisation } = useSession();
  const rules = useRules("Evidence");
  const entryRules = useRules("LedgerEntryWrite");
  const required = [{ required: true, message: t("common.required") }];
  return (
    <>
      <Form.Item name="measure" label={t("ledger.measure")} rules={required}>
        <Select showSearch={{ optionFilterProp: "label" }} options={measures.map((one) => ({ value: one.name, label: nameOf(one.name) }))} />
      </Form.Item>
      {measure?.with_component && (
        <Form.Item name="component" label={t("ledger.component")} rules={required}>
          <Select
            options={(["fixed_asset", "land", "working_capital"] as const).map((one) => ({
              value: one,
              label: t(`ledger.component_${one}`),
            }))}
          />
        </Form.Item>
      )}
      <Form.Item name="amount" label={t("ledger.amountIn", { unit: measure ? unitOf(measure.name) : "" })} rules={entryRules("amount", { minimum: 0, maximum: measure?.maximum, required: true })}>
        <InputNumber precision={measure?.decimals === 0 ? 0 : undefined} style={{ width: "100%" }} controls={false} inputMode="decimal" />
      </Form.Item>
      <Form.Item name="occurred_on" label={t(measure?.nature === "stock" ? "ledger.stockOn" : "ledger.occurredOn")} rules={required}>
        <DatePicker picker={measure?.nature === "stock" ? "month" : "date"} style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="pairing_id" label={t("ledger.pairing")} rules={required}>
        <PairingSelect regionCode={regionCode ?? organisation.region_code ?? undefined} />
      </Form.Item>
      <Form.Item name="source" label={t("ledger.source")} rules={rules("source", { required: true })}>
        <Input />
      </Form.Item>
      <Form.Item name="document_no" label={t("ledger.documentNo")} rules={rules("document_no")}>
        <Input />
      </Form.Item>
      <Form.Item name="note" label={t("ledger.note")} rules={entryRules("note")}>
        <Input.TextArea rows={2} />
      </Form.Item>
      <Form.Item name="separate" valuePropName="checked">
        <Checkbox>{t("ledger.separate")}</Checkbox>
      </Form.Item>
    </>
  );
}
