import { Form, Input, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { useRules } from "../../parts/limits";
import { PlaceSelect } from "../../parts/PlaceSelect";
import { usePaged } from "../../parts/usePaged";
import { useSession } from "../../shell/session";

type Values = Schemas["OpportunityWrite"];

/** Recommends a place to a project; one of the two is the caller's own. */
export function Recommend() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { organisation } = useSession();
  const rules = useRules("OpportunityWrite");
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
      <Form.Item name="profile_id" label={t("opps.place")} rules={[{ required: true, message: t("common.required") }]}>
        <PlaceSelect own={organisation.kind === "county"} />
      </Form.Item>
      <Form.Item name="note" label={t("opps.note")} rules={rules("note")}>
        <Input.TextArea rows={2} />
      </Form.Item>
    </FormDialog>
  );
}
