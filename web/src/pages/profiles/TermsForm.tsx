import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, DatePicker, Flex, Form, Input, InputNumber, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useRules } from "../../parts/limits";
import { figure } from "../../parts/numbers";
import { RegionSelect } from "../../parts/reference";
import { unitName } from "../../parts/units";
import { SHARED, SIDES, withinWhole, yearlyIncome, type TermsValues } from "./terms";

const PER_CENT = { minimum: 0, maximum: 100 };

/** The fields of enclave terms, shares in per cent. */
export function TermsFields() {
  const { t } = useTranslation();
  const rules = useRules("EnclaveTermsWrite");
  return (
    <>
      {SHARED.map((what) => (
        <Flex key={what} gap={12}>
          {SIDES.map((side) => (
            <Form.Item
              key={side}
              name={`${side}_${what}_share`}
              label={t("terms.share", { side: t(`terms.${side}`), what: t(`terms.${what}`) })}
              dependencies={[`${side === "home" ? "host" : "home"}_${what}_share`]}
              style={{ flex: 1 }}
              rules={[
                ...rules(`${side}_${what}_share`, PER_CENT),
                (form) => ({
                  validator: (_, value: number | null) => {
                    const other = form.getFieldValue(`${side === "home" ? "host" : "home"}_${what}_share`) as number | null;
                    return withinWhole(value, other) ? Promise.resolve() : Promise.reject(new Error(t("terms.moreThanAll")));
                  },
                }),
              ]}
            >
              <InputNumber<number> suffix="%" style={{ width: "100%" }} controls={false} inputMode="decimal" />
            </Form.Item>
          ))}
        </Flex>
      ))}
      <Villages />
      <Flex gap={12} wrap>
        <Form.Item name="until" label={t("terms.until")} style={{ flex: "1 1 160px" }}>
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="document_no" label={t("terms.documentNo")} rules={rules("document_no")} style={{ flex: "1 1 200px" }}>
          <Input />
        </Form.Item>
      </Flex>
      <Form.Item name="note" label={t("terms.note")} rules={rules("note")}>
        <Input.TextArea autoSize={{ minRows: 2 }} />
      </Form.Item>
    </>
  );
}

function Villages() {
  const { t, i18n } = useTranslation();
  const rules = useRules("VillageInvestment");
  const rows = Form.useWatch<TermsValues["village_investments"]>("village_investments") ?? [];
  const money = unitName("10k CNY", i18n.language);
  return (
    <Form.Item label={t("terms.villages")}>
      <Form.List name="village_investments">
        {(fields, { add, remove }) => (
          <Flex vertical gap={8}>
            {fields.map(({ key, name }) => (
              <Card key={key} size="small">
                <Flex gap={8} wrap>
                  <Form.Item name={[name, "village_name"]} label={t("terms.village")} rules={rules("village_name")} style={{ flex: "1 1 140px", marginBottom: 8 }}>
                    <Input />
                  </Form.Item>
                  <Form.Item name={[name, "region_code"]} label={t("terms.county")} rules={rules("region_code")} style={{ flex: "1 1 200px", marginBottom: 8 }}>
                    <RegionSelect level="county" />
                  </Form.Item>
                  <Form.Item name={[name, "capital_10k_cny"]} label={`${t("terms.capital")} (${money})`} rules={rules("capital_10k_cny")} style={{ flex: "1 1 120px", marginBottom: 8 }}>
                    <InputNumber style={{ width: "100%" }} controls={false} inputMode="decimal" />
                  </Form.Item>
                  <Form.Item name={[name, "yearly_return_rate"]} label={t("terms.rate")} rules={rules("yearly_return_rate", PER_CENT)} style={{ flex: "1 1 100px", marginBottom: 8 }}>
                    <InputNumber suffix="%" style={{ width: "100%" }} controls={false} inputMode="decimal" />
                  </Form.Item>
                  <Form.Item name={[name, "fixed_until"]} label={t("terms.fixedUntil")} style={{ flex: "1 1 140px", marginBottom: 8 }}>
                    <DatePicker style={{ width: "100%" }} />
                  </Form.Item>
                </Flex>
                <Button size="small" danger icon={<DeleteOutlined />} onClick={() => remove(name)}>
                  {t("terms.removeVillage")}
                </Button>
              </Card>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({})} style={{ alignSelf: "start" }}>
              {t("terms.addVillage")}
            </Button>
            {rows.length > 0 && (
              <Typography.Text aria-live="polite">
                {t("terms.income")}: <strong>{`${figure(yearlyIncome({ village_investments: rows }))} ${money}`}</strong>
              </Typography.Text>
            )}
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}
