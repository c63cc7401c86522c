import { Form, Input, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { RegionSelect } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { useSession } from "../../shell/session";

type Values = Schemas["OpportunityWrite"] & { region?: string };

/** Recommends a place to a project; one of the two is the caller's own. */
export function Recommend() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { organisation } = useSession();
  const projects = usePaged(["projects", "choice"], (cursor) =>
    dataOf(api.GET("/v1/projects", { params: { query: { limit: 100, cursor } } })),
  );
  const run = async ({ project_id, profile_id, note }: Values, key: string) => {
    const made = await dataOf(
      api.POST("/v1/opportunities", {
        body: { project_id, profile_id, note: note || null },
        params: { header: { "idempotency-key": key } },
      }),
    );
    if ("next_stages" in made) void navigate(`/opportunities/${made.id}`);
    return made;
  };
  return (
    <FormDialog<Values> label={t("opps.recommend")} button={{ type: "primary" }} run={run} changes={[["opportunities"]]}>
      <Typography.Paragraph type="secondary">{t("opps.recommendSays")}</Typography.Paragraph>
      <Form.Item name="project_id" label={t("opps.project")} rules={[{ required: true, message: t("common.required") }]}>
        <Select
          showSearch={{ optionFilterProp: "label" }}
          loading={projects.loading}
          onPopupScroll={() => projects.more?.()}
          options={projects.items.map((one) => ({ value: one.id, label: one.name }))}
        />
      </Form.Item>
      <Form.Item name="region" label={t("field.region_code")}>
        <RegionSelect allowClear />
      </Form.Item>
      <PlaceChoice county={organisation.kind === "county"} />
      <Form.Item name="note" label={t("opps.note")}>
        <Input.TextArea rows={2} maxLength={2000} />
      </Form.Item>
    </FormDialog>
  );
}

function PlaceChoice({ county }: { county: boolean }) {
  const { t } = useTranslation();
  const region = Form.useWatch<string | undefined>("region");
  const query = { region_code: region || undefined, own: county && !region ? true : undefined, status: "published" as const };
  const places = usePaged(["profiles", "choice", query], (cursor) =>
    dataOf(api.GET("/v1/profiles", { params: { query: { ...query, limit: 100, cursor } } })),
  );
  return (
    <Form.Item name="profile_id" label={t("opps.place")} rules={[{ required: true, message: t("common.required") }]}>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        loading={places.loading}
        onPopupScroll={() => places.more?.()}
        options={places.items.map((one) => ({ value: one.id, label: one.site_name ?? one.region_code }))}
      />
    </Form.Item>
  );
}
