import { Button, Checkbox, Flex, Form, Input, InputNumber, Select, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMeasures } from "../ledger/measures";
import { MILESTONE_KINDS } from "../opportunities/stages";
import { toLine, type Line, type LineValues } from "./packs";

interface Props {
  initial: LineValues;
  put: (line: Line) => void;
  cancel: () => void;
}

/** One line of a pack. What does not go together the service says when the pack is saved. */
export function LineForm({ initial, put, cancel }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<LineValues>();
  const nature = Form.useWatch("nature", form) ?? initial.nature;
  const counts = Form.useWatch("counts", form) ?? initial.counts;
  const required = [{ required: true, message: t("common.required") }];
  const text = (name: keyof LineValues, label: string, extra?: string) => (
    <Form.Item name={name} label={t(`assessSet.${label}`)} extra={extra} rules={required} style={{ flex: "1 1 160px" }}>
      <Input maxLength={100} />
    </Form.Item>
  );
  const number = (name: keyof LineValues, label: string, most: number, must = false) => (
    <Form.Item name={name} label={t(`assessSet.${label}`)} rules={must ? required : []} style={{ flex: "1 1 140px" }}>
      <InputNumber min={0} max={most} style={{ width: "100%" }} />
    </Form.Item>
  );
  const choice = (name: keyof LineValues, values: readonly string[]) => (
    <Form.Item name={name} label={t(`assessSet.${name}`)} rules={required} style={{ flex: "1 1 150px" }}>
      <Select options={values.map((one) => ({ value: one, label: t(`assessSet.${name}_${one}`) }))} />
    </Form.Item>
  );
  const day = (name: keyof LineValues, label: string) => (
    <Form.Item
      name={name}
      label={t(`assessSet.${label}`)}
      rules={[{ required: true, pattern: /^\d{2}-\d{2}$/, message: "MM-DD" }]}
      style={{ flex: "1 1 140px" }}
    >
      <Input maxLength={5} placeholder="01-01" />
    </Form.Item>
  );
  return (
    // All values are kept, also of what is not shown at the moment.
    <Form<LineValues> form={form} layout="vertical" initialValues={initial} preserve onFinish={() => put(toLine({ ...initial, ...form.getFieldsValue(true) }))}>
      <Flex gap={12} wrap>
        {text("name_zh", "nameZh")}
        {text("name_en", "nameEn")}
        <Form.Item
          name="code"
          label={t("assessSet.code")}
          extra={t("assessSet.codeNote")}
          rules={[{ required: true, pattern: /^[a-z][a-z0-9_]{0,59}$/, message: t("assessSet.codeNote") }]}
          style={{ flex: "1 1 200px" }}
        >
          <Input maxLength={60} disabled={initial.code !== ""} />
        </Form.Item>
      </Flex>
      <Flex gap={12} wrap>
        {text("unit", "unit")}
        {text("unit_zh", "unitZh")}
        {choice("nature", ["flow", "stock"])}
        {choice("direction", ["higher", "lower"])}
      </Flex>
      <Terms nature={nature} />
      <Flex gap={12} wrap>
        {choice("counts", ["amount", "opportunities"])}
        {counts === "opportunities" && number("at_least", "atLeast", 1e12)}
        {number("most_per_opportunity", "mostPer", 1e12)}
        {nature === "stock" && number("carry_months", "carryMonths", 12, true)}
        {day("window_from", "windowFrom")}
        {day("window_until", "windowUntil")}
      </Flex>
      <Typography.Paragraph type="secondary">{t("assessSet.windowNote")}</Typography.Paragraph>
      <Flex gap={12} wrap>
        {number("points", "points", 1000, true)}
        {number("rank_points", "rankPoints", 1000, true)}
        <Form.Item name="is_stepped" valuePropName="checked" label=" " colon={false} style={{ flex: "2 1 260px" }}>
          <Checkbox>{t("assessSet.stepped")}</Checkbox>
        </Form.Item>
      </Flex>
      <Flex gap={24} wrap>
        <Steps list="by_ratio" first="ratio" firstLabel={t("assessSet.ratio")} most={10_000} />
        <Steps list="by_rank" first="rank_until" firstLabel={t("assessSet.rankUntil")} most={10_000} />
      </Flex>
      <Group title={t("assessSet.prospect")}>
        <Flex gap={12} wrap>
          <Form.Item name="milestone" label={t("assessSet.milestone")} style={{ flex: "1 1 200px" }}>
            <Select allowClear options={MILESTONE_KINDS.map((one) => ({ value: one, label: t(`opps.kind_${one}`) }))} />
          </Form.Item>
          <Form.Item name="brings" label={t("assessSet.brings")} style={{ flex: "1 1 200px" }}>
            <Select allowClear options={(["fixed_investment", "labour", "firm"] as const).map((one) => ({ value: one, label: t(`assessSet.brings_${one}`) }))} />
          </Form.Item>
        </Flex>
      </Group>
      <Form.Item name="source" label={t("assessSet.source")} rules={[{ required: true, whitespace: true, message: t("common.required") }]}>
        <Input.TextArea autoSize={{ minRows: 1 }} maxLength={5000} />
      </Form.Item>
      <Flex gap={8} justify="end">
        <Button onClick={cancel}>{t("common.cancel")}</Button>
        <Button type="primary" htmlType="submit">
          {t("assessSet.applies")}
        </Button>
      </Flex>
    </Form>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset style={{ border: 0, padding: 0, margin: "0 0 12px", minWidth: 0 }}>
      <legend style={{ padding: 0, marginBottom: 8, fontWeight: 500 }}>{title}</legend>
      {children}
    </fieldset>
  );
}

/** The measures that a line is made of; all of the line's own nature. */
function Terms({ nature }: { nature: Line["nature"] }) {
  const { t } = useTranslation();
  const { measures, nameOf, find } = useMeasures();
  const form = Form.useFormInstance<LineValues>();
  const terms = Form.useWatch("terms", form) ?? [];
  return (
    <Group title={t("assessSet.terms")}>
      <Form.List name="terms" rules={[{ validator: (_, value?: unknown[]) => (value && value.length > 0 ? Promise.resolve() : Promise.reject(new Error(t("common.required")))) }]}>
        {(rows, { add, remove }, { errors }) => (
          <>
            {rows.map(({ key, name }) => (
              <Flex key={key} gap={8} wrap align="end">
                <Form.Item name={[name, "measure"]} label={t("assessSet.measure")} rules={[{ required: true, message: t("common.required") }]} style={{ flex: "2 1 200px", marginBottom: 8 }}>
                  <Select
                    showSearch={{ optionFilterProp: "label" }}
                    options={measures.filter((one) => one.nature === nature).map((one) => ({ value: one.name, label: nameOf(one.name) }))}
                  />
                </Form.Item>
                {find(terms[name]?.measure ?? "")?.with_component && (
                  <Form.Item name={[name, "components"]} label={t("assessSet.components")} style={{ flex: "2 1 180px", marginBottom: 8 }}>
                    <Select
                      mode="multiple"
                      allowClear
                      options={(["fixed_asset", "land", "working_capital"] as const).map((one) => ({ value: one, label: t(`ledger.component_${one}`) }))}
                    />
                  </Form.Item>
                )}
                <Form.Item name={[name, "share"]} label={t("assessSet.termShare")} rules={[{ required: true, message: t("common.required") }]} style={{ flex: "1 1 80px", marginBottom: 8 }}>
                  <InputNumber min={0} max={100} style={{ width: "100%" }} />
                </Form.Item>
                <Form.Item name={[name, "most_share"]} label={t("assessSet.mostShare")} style={{ flex: "1 1 80px", marginBottom: 8 }}>
                  <InputNumber min={0} max={100} style={{ width: "100%" }} />
                </Form.Item>
                <Button danger style={{ marginBottom: 8 }} onClick={() => remove(name)}>
                  {t("assessSet.removeStep")}
                </Button>
              </Flex>
            ))}
            <Form.ErrorList errors={errors} />
            <Button onClick={() => add({ share: 100 })}>{t("assessSet.addTerm")}</Button>
          </>
        )}
      </Form.List>
    </Group>
  );
}

/** How points follow, point by point of the curve. */
function Steps({ list, first, firstLabel, most }: { list: "by_ratio" | "by_rank"; first: string; firstLabel: string; most: number }) {
  const { t } = useTranslation();
  const required = [{ required: true, message: t("common.required") }];
  return (
    <div style={{ flex: "1 1 300px", minWidth: 0 }}>
      <Group title={t(list === "by_ratio" ? "assessSet.byRatio" : "assessSet.byRank")}>
        <Form.List name={list}>
          {(rows, { add, remove }) => (
            <>
              {rows.map(({ key, name }) => (
                <Flex key={key} gap={8} align="end">
                  <Form.Item name={[name, first]} label={firstLabel} rules={required} style={{ flex: 1, marginBottom: 8 }}>
                    <InputNumber min={0} max={most} style={{ width: "100%" }} />
                  </Form.Item>
                  <Form.Item name={[name, "share"]} label={t("assessSet.share")} rules={required} style={{ flex: 1, marginBottom: 8 }}>
                    <InputNumber min={0} max={100} style={{ width: "100%" }} />
                  </Form.Item>
                  <Button danger style={{ marginBottom: 8 }} onClick={() => remove(name)}>
                    {t("assessSet.removeStep")}
                  </Button>
                </Flex>
              ))}
              <Button onClick={() => add()}>{t("assessSet.addStep")}</Button>
            </>
          )}
        </Form.List>
      </Group>
    </div>
  );
}
