import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Col, DatePicker, Flex, Form, Input, InputNumber, Row, Select, Typography } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { useFieldName } from "../../parts/fieldWords";
import { useRules } from "../../parts/limits";
import { OrganisationsSelect } from "../../parts/organisations";
import { IndustrySelect, RegionSelect, useQuantities } from "../../parts/reference";
import { unitName } from "../../parts/units";
import { FIGURES, HARDENABLE, type FormValues } from "./fields";
import { ProjectSelect } from "./ProjectSelect";

const HALF = { xs: 24, sm: 12 } as const;
const CHOICES = {
  move_kind: ["new", "expansion", "partial_relocation", "full_relocation"],
  site_mode: ["build", "rent", "either", "both"],
  coating: ["none", "water", "uv", "powder", "solvent"],
  programmes: ["east_west", "mountain_sea", "other"],
  visibility: ["private", "named", "partners", "public"],
  disclosure: ["teaser", "full"],
} as const satisfies Partial<Record<keyof FormValues, readonly string[]>>;

function useChoices(field: keyof typeof CHOICES) {
  const { t } = useTranslation();
  const word = field === "programmes" ? "programme" : field;
  return CHOICES[field].map((value) => ({ value, label: t(`choice.${word}_${value}`) }));
}

function Choice({ field, clear = false, many = false }: { field: keyof typeof CHOICES; clear?: boolean; many?: boolean }) {
  const nameOf = useFieldName();
  const options = useChoices(field);
  return (
    <Col {...HALF}>
      <Form.Item name={field} label={nameOf(field)}>
        <Select options={options} allowClear={clear} mode={many ? "multiple" : undefined} />
      </Form.Item>
    </Col>
  );
}

export function Basic({ projectId }: { projectId: string | undefined }) {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  const rules = useRules("ProjectWrite");
  return (
    <Row gutter={16}>
      <Col span={24}>
        <Form.Item name="name" label={nameOf("name")} rules={rules("name")}>
          <Input />
        </Form.Item>
      </Col>
      <Col {...HALF}>
        <Form.Item name="industry_code" label={nameOf("industry_code")} rules={rules("industry_code")}>
          <IndustrySelect />
        </Form.Item>
      </Col>
      <Col {...HALF}>
        <Form.Item name="origin_region_code" label={nameOf("origin_region_code")} rules={rules("origin_region_code")}>
          <RegionSelect />
        </Form.Item>
      </Col>
      <Col {...HALF}>
        <Form.Item name="investor_name" label={nameOf("investor_name")} rules={rules("investor_name")}>
          <Input />
        </Form.Item>
      </Col>
      <Choice field="move_kind" clear />
      <Col span={24}>
        <Form.Item name="description" label={nameOf("description")} rules={rules("description")}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
      </Col>
      {(["products", "inputs"] as const).map((field) => (
        <Col {...HALF} key={field}>
          <Form.Item name={field} label={nameOf(field)} extra={t("projects.tags")} rules={rules(field)}>
            <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={["、", "，", ","]} />
          </Form.Item>
        </Col>
      ))}
      <Col span={24}>
        <Materials />
      </Col>
      <Col span={24}>
        <Form.Item name="incubated_project_id" label={nameOf("incubated_project_id")} extra={t("projects.incubatedNote")}>
          <ProjectSelect allowClear without={projectId} />
        </Form.Item>
      </Col>
    </Row>
  );
}

function Materials() {
  const { t, i18n } = useTranslation();
  const nameOf = useFieldName();
  const rules = useRules("Material");
  return (
    <Form.Item label={nameOf("materials")}>
      <Form.List name="materials">
        {(rows, { add, remove }) => (
          <Flex vertical gap={8}>
            {rows.map(({ key, name }) => (
              <Flex key={key} gap={8} wrap align="start">
                <Form.Item name={[name, "name"]} rules={rules("name", { required: false })} style={{ marginBottom: 0 }}>
                  <Input aria-label={t("projects.materialName")} placeholder={t("projects.materialName")} style={{ width: 130 }} />
                </Form.Item>
                <Form.Item name={[name, "quantity_per_year"]} rules={rules("quantity_per_year")} style={{ marginBottom: 0 }}>
                  <InputNumber aria-label={t("projects.perYear")} placeholder={t("projects.perYear")} style={{ width: 110 }} />
                </Form.Item>
                <Form.Item name={[name, "unit"]} noStyle>
                  <Select aria-label={t("projects.unit")} placeholder={t("projects.unit")} allowClear style={{ width: 100 }} options={["t", "m3"].map((value) => ({ value, label: unitName(value, i18n.language) }))} />
                </Form.Item>
                <Form.Item name={[name, "max_haul_km"]} rules={rules("max_haul_km")} style={{ marginBottom: 0 }}>
                  <InputNumber aria-label={t("projects.haul")} placeholder={t("projects.haul")} suffix="km" style={{ width: 130 }} />
                </Form.Item>
                <Button aria-label={t("projects.remove")} icon={<DeleteOutlined />} onClick={() => remove(name)} />
              </Flex>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({})} style={{ alignSelf: "start" }}>
              {t("projects.addMaterial")}
            </Button>
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}

export function Figures({ group }: { group: keyof typeof FIGURES }) {
  const { i18n } = useTranslation();
  const nameOf = useFieldName();
  const rules = useRules("ProjectWrite");
  return (
    <Row gutter={16}>
      {Object.entries(FIGURES[group]).map(([field, unit]) => (
        <Col {...HALF} key={field}>
          <Form.Item name={field} label={nameOf(field)} rules={rules(field)}>
            <InputNumber<number> style={{ width: "100%" }} suffix={unitName(unit, i18n.language)} inputMode="decimal" />
          </Form.Item>
        </Col>
      ))}
    </Row>
  );
}

export function Needs() {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  const asked = Form.useWatch<FormValues["quantities"] | undefined>("quantities");
  const names = [...HARDENABLE, ...(asked ?? []).flatMap((row) => (row?.name ? [row.name] : []))];
  return (
    <>
      <Typography.Paragraph type="secondary">{t("projects.noneNeeded")}</Typography.Paragraph>
      <Row gutter={16}>
        <Choice field="site_mode" />
      </Row>
      <Figures group="needs" />
      <Quantities />
      <Form.Item name="must" label={nameOf("must")} extra={t("projects.mustNote")}>
        <Select mode="multiple" options={names.map((value) => ({ value, label: nameOf(value) }))} />
      </Form.Item>
    </>
  );
}

function Quantities() {
  const { t, i18n } = useTranslation();
  const rules = useRules("ProjectWrite");
  const known = useQuantities().filter((quantity) => !quantity.is_field);
  const asked = Form.useWatch<FormValues["quantities"] | undefined>("quantities") ?? [];
  const english = i18n.language === "en";
  return (
    <Form.Item label={t("projects.quantities")}>
      <Form.List name="quantities">
        {(rows, { add, remove }) => (
          <Flex vertical gap={8}>
            {rows.map(({ key, name }) => {
              const unit = known.find((quantity) => quantity.name === asked[name]?.name);
              return (
                <Flex key={key} gap={8}>
                  <Form.Item name={[name, "name"]} style={{ flex: 1, marginBottom: 0, minWidth: 0 }}>
                    <Select
                      aria-label={t("projects.quantity")}
                      placeholder={t("projects.quantity")}
                      showSearch={{ optionFilterProp: "label" }}
                      options={known.map((quantity) => ({
                        value: quantity.name,
                        label: english ? quantity.name_en : quantity.name_zh,
                        disabled: asked.some((row) => row?.name === quantity.name),
                      }))}
                    />
                  </Form.Item>
                  <Form.Item
                    name={[name, "value"]}
                    rules={rules("", { minimum: 0, maximum: unit?.maximum })}
                    style={{ flex: 1, marginBottom: 0, minWidth: 0 }}
                  >
                    <InputNumber
                      aria-label={t("projects.quantities")}
                      style={{ width: "100%" }}
                      suffix={english ? unit?.unit : unit?.unit_zh}
                    />
                  </Form.Item>
                  <Button aria-label={t("projects.remove")} icon={<DeleteOutlined />} onClick={() => remove(name)} />
                </Flex>
              );
            })}
            <Button icon={<PlusOutlined />} onClick={() => add({})} style={{ alignSelf: "start" }}>
              {t("projects.addQuantity")}
            </Button>
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}

export function Process() {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  return (
    <Row gutter={16}>
      <Choice field="coating" clear />
      <Col {...HALF}>
        <Form.Item name="fire_class" label={nameOf("fire_class")}>
          <Select allowClear options={["A", "B", "C", "D", "E"].map((value, at) => ({ value, label: `${value} ${"甲乙丙丁戊"[at]}` }))} />
        </Form.Item>
      </Col>
      <Col {...HALF}>
        <Form.Item name="is_chemical" label={nameOf("is_chemical")}>
          <Select
            allowClear
            placeholder={t("common.unknown")}
            options={[
              { value: true, label: t("common.yes") },
              { value: false, label: t("common.no") },
            ]}
          />
        </Form.Item>
      </Col>
      <Col {...HALF}>
        <Form.Item
          name="wanted_by"
          label={nameOf("wanted_by")}
          getValueProps={(value?: string | null) => ({ value: value ? dayjs(value) : null })}
          normalize={(value?: dayjs.Dayjs | null) => value?.format("YYYY-MM-DD") ?? null}
        >
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
      </Col>
    </Row>
  );
}

export function Sharing() {
  const nameOf = useFieldName();
  const named = Form.useWatch<string | undefined>("visibility") === "named";
  return (
    <Row gutter={16}>
      <Choice field="visibility" />
      <Choice field="disclosure" />
      <Choice field="programmes" many />
      <Col {...HALF}>
        <Form.Item name="shared_with" label={nameOf("shared_with")} hidden={!named}>
          <OrganisationsSelect />
        </Form.Item>
      </Col>
    </Row>
  );
}
