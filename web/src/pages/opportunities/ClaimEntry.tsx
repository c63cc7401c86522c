import { Checkbox, DatePicker, Form, Input, InputNumber, Select, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { asDay, dayOf, today } from "../../parts/dates";
import { RegionName } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { useMeasures } from "./measures";
import type { Opportunity } from "./stages";

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

/** Claims what the record brought, on a document, under one pairing. */
export function ClaimEntry({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const { find } = useMeasures();
  const run = (values: Values, key: string) => {
    const stock = find(values.measure)?.nature === "stock";
    const occurred = dayOf(stock ? values.occurred_on.endOf("month") : values.occurred_on)!;
    return dataOf(
      api.POST("/v1/ledger-entries", {
        params: { header: { "idempotency-key": key } },
        body: {
          pairing_id: values.pairing_id,
          opportunity_id: row.id,
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
  };
  return (
    <FormDialog<Values>
      label={t("ledger.claim")}
      button={{ type: "primary" }}
      initial={{ occurred_on: asDay(today())!, measure: "funds_in_place", component: "fixed_asset" }}
      run={run}
      changes={[["ledger"], ["assessment"]]}
    >
      <Fields row={row} />
    </FormDialog>
  );
}

function Fields({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const { measures, find, nameOf, unitOf } = useMeasures();
  const measure = find(Form.useWatch<string>("measure") ?? "");
  const pairings = usePaged(["pairings", row.region_code], (cursor) =>
    dataOf(api.GET("/v1/pairings", { params: { query: { region_code: row.region_code, limit: 100, cursor } } })),
  );
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
      <Form.Item name="amount" label={t("ledger.amountIn", { unit: measure ? unitOf(measure.name) : "" })} rules={required}>
        <InputNumber min={0} max={measure?.maximum} precision={measure?.decimals === 0 ? 0 : undefined} style={{ width: "100%" }} controls={false} />
      </Form.Item>
      <Form.Item name="occurred_on" label={t(measure?.nature === "stock" ? "ledger.stockOn" : "ledger.occurredOn")} rules={required}>
        <DatePicker picker={measure?.nature === "stock" ? "month" : "date"} style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="pairing_id" label={t("ledger.pairing")} rules={required}>
        <Select
          loading={pairings.loading}
          onPopupScroll={() => pairings.more?.()}
          options={pairings.items.map((one) => ({
            value: one.id,
            label: (
              <>
                <RegionName code={one.supporting_region_code} /> — <RegionName code={one.partner_region_code} />{" "}
                <Typography.Text type="secondary">{t(`choice.programme_${one.programme}`)}</Typography.Text>
              </>
            ),
          }))}
        />
      </Form.Item>
      <Form.Item name="source" label={t("ledger.source")} rules={required}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="document_no" label={t("ledger.documentNo")}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="note" label={t("ledger.note")}>
        <Input.TextArea rows={2} />
      </Form.Item>
      <Form.Item name="separate" valuePropName="checked">
        <Checkbox>{t("ledger.separate")}</Checkbox>
      </Form.Item>
    </>
  );
}
