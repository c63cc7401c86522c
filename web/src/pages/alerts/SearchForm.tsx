import { Form, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import "../../parts/choiceWords";
import { RegionsSelect, useProvinces } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { useSession } from "../../shell/session";
import type { FilterValues } from "./filters";

const SITE_KINDS = ["county", "development_zone", "industrial_park", "enclave_park", "innovation_enclave", "parcel"] as const;
const PROGRAMMES = ["mountain_sea", "east_west", "other"] as const;

export interface SearchValues {
  name: string;
  looks_for?: "forProject" | "forProfile";
  project_id?: string;
  profile_id?: string;
  best: number;
  language: "zh" | "en";
  filters?: FilterValues;
}

/** What a saved search is for, where that is not given by the page that it is saved from. */
export function SubjectFields() {
  const { t } = useTranslation();
  const looksFor = Form.useWatch<SearchValues["looks_for"]>("looks_for");
  const required = [{ required: true, message: t("common.required") }];
  return (
    <>
      <Form.Item name="looks_for" label={t("searches.looksFor")} rules={required}>
        <Select options={(["forProject", "forProfile"] as const).map((one) => ({ value: one, label: t(`searches.${one}`) }))} />
      </Form.Item>
      {looksFor === "forProject" && <ProjectField />}
      {looksFor === "forProfile" && <ProfileField />}
    </>
  );
}

function ProjectField() {
  const { t } = useTranslation();
  const paged = usePaged(["projects", "choice"], (cursor) => dataOf(api.GET("/v1/projects", { params: { query: { limit: 100, cursor } } })));
  return (
    <Form.Item name="project_id" label={t("searches.project")} rules={[{ required: true, message: t("common.required") }]}>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        loading={paged.loading}
        onPopupScroll={() => paged.more?.()}
        options={paged.items.map((one) => ({ value: one.id, label: one.name }))}
      />
    </Form.Item>
  );
}

function ProfileField() {
  const { t } = useTranslation();
  const paged = usePaged(["profiles", "choice", "own"], (cursor) =>
    dataOf(api.GET("/v1/profiles", { params: { query: { own: true, status: "published", limit: 100, cursor } } })),
  );
  return (
    <Form.Item name="profile_id" label={t("searches.place")} rules={[{ required: true, message: t("common.required") }]}>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        loading={paged.loading}
        onPopupScroll={() => paged.more?.()}
        options={paged.items.map((one) => ({ value: one.id, label: one.site_name ?? one.region_code }))}
      />
    </Form.Item>
  );
}

/** What every saved search has; only places can be narrowed down. */
export function SearchFields({ ofPlaces }: { ofPlaces: boolean | undefined }) {
  const { t } = useTranslation();
  const provinces = useProvinces();
  const looksFor = Form.useWatch<SearchValues["looks_for"]>("looks_for");
  const filtered = ofPlaces ?? looksFor === "forProject";
  return (
    <>
      <Form.Item name="name" label={t("searches.name")} rules={[{ required: true, whitespace: true, message: t("common.required") }]}>
        <Input maxLength={200} />
      </Form.Item>
      {filtered && (
        <>
          <Form.Item name={["filters", "province"]} label={t("searches.province")}>
            <Select
              allowClear
              placeholder={t("searches.anywhere")}
              showSearch={{ optionFilterProp: "label" }}
              options={(provinces ?? []).map((one) => ({ value: one.code, label: one.name }))}
            />
          </Form.Item>
          <Form.Item name={["filters", "region_codes"]} label={t("searches.regions")}>
            <RegionsSelect placeholder={t("searches.anywhere")} />
          </Form.Item>
          <Form.Item name={["filters", "site_kinds"]} label={t("searches.siteKinds")}>
            <Select
              mode="multiple"
              placeholder={t("searches.anywhere")}
              options={SITE_KINDS.map((one) => ({ value: one, label: t(`choice.site_kind_${one}`) }))}
            />
          </Form.Item>
          <Form.Item name={["filters", "programmes"]} label={t("searches.programmes")}>
            <Select
              mode="multiple"
              placeholder={t("searches.anywhere")}
              options={PROGRAMMES.map((one) => ({ value: one, label: t(`choice.programme_${one}`) }))}
            />
          </Form.Item>
        </>
      )}
      <Form.Item name="best" label={t("searches.best")} rules={[{ required: true, message: t("common.required") }]}>
        <InputNumber min={1} max={100} precision={0} style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="language" label={t("searches.language")}>
        <Select options={(["zh", "en"] as const).map((one) => ({ value: one, label: t(`searches.${one}`) }))} />
      </Form.Item>
    </>
  );
}

/** What a new one begins with. */
export function useBlank(): Partial<SearchValues> {
  const { i18n } = useTranslation();
  const { organisation } = useSession();
  return {
    looks_for: organisation.kind === "county" ? "forProfile" : "forProject",
    best: 20,
    language: i18n.language === "en" ? "en" : "zh",
  };
}
