import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, DatePicker, Flex, Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { useRules } from "../../parts/limits";
import { PlaceSelect } from "../../parts/PlaceSelect";
import { ProfileName } from "../../parts/names";
import { usePaged } from "../../parts/usePaged";
import { useSession } from "../../shell/session";
import { within, type VisitValues } from "./values";
import "./words";

/** All that is said of a visit: before it who goes where and when, after it what came of it. */
export function VisitFields({ projectId }: { projectId?: string }) {
  const { t } = useTranslation();
  const rules = useRules("VisitWrite");
  const required = [{ required: true, message: t("common.required") }];
  return (
    <>
      <Form.Item name="purpose" label={t("visits.purpose")} rules={rules("purpose")}>
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} />
      </Form.Item>
      {projectId === undefined ? <ProjectChoice /> : (
        <Form.Item name="project_id" hidden>
          <Input />
        </Form.Item>
      )}
      <Form.Item name="days" label={t("visits.days")} rules={required}>
        <DatePicker.RangePicker style={{ width: "100%" }} />
      </Form.Item>
      <Stops />
      <Members />
      <FollowUps />
    </>
  );
}

/** Projects of one's own: a visit is made for no other. */
function ProjectChoice() {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const projects = usePaged(["projects", "choice"], (cursor) => dataOf(api.GET("/v1/projects", { params: { query: { limit: 100, cursor } } })));
  const own = projects.items.filter((one) => one.organisation_id === organisation.id);
  return (
    <Form.Item name="project_id" label={t("visits.project")}>
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        loading={projects.loading}
        onPopupScroll={() => projects.more?.()}
        options={own.map((one) => ({ value: one.id, label: one.name }))}
      />
    </Form.Item>
  );
}

function Remove({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  return <Button aria-label={t("visits.remove")} icon={<DeleteOutlined />} onClick={onClick} />;
}

function Members() {
  const { t } = useTranslation();
  const rules = useRules("Member");
  return (
    <Form.Item label={t("visits.members")} extra={t("visits.noPhones")}>
      <Form.List name="members">
        {(rows, { add, remove }) => (
          <Flex vertical gap={8}>
            {rows.map(({ key, name }) => (
              <Flex key={key} gap={8} wrap align="start">
                <Form.Item name={[name, "name"]} rules={rules("name")} style={{ flex: "1 1 90px", marginBottom: 0 }}>
                  <Input aria-label={t("visits.memberName")} placeholder={t("visits.memberName")} />
                </Form.Item>
                <Form.Item name={[name, "office"]} rules={rules("office")} style={{ flex: "2 1 140px", marginBottom: 0 }}>
                  <Input aria-label={t("visits.memberOffice")} placeholder={t("visits.memberOffice")} />
                </Form.Item>
                <Form.Item name={[name, "title"]} rules={rules("title")} style={{ flex: "1 1 80px", marginBottom: 0 }}>
                  <Input aria-label={t("visits.memberTitle")} placeholder={t("visits.memberTitle")} />
                </Form.Item>
                <Remove onClick={() => remove(name)} />
              </Flex>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({})} style={{ alignSelf: "start" }}>
              {t("visits.addMember")}
            </Button>
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}

function Stops() {
  const { t } = useTranslation();
  const rules = useRules("Stop");
  const days = Form.useWatch<VisitValues["days"] | undefined>("days");
  return (
    <Form.Item label={t("visits.stops")}>
      <Form.List name="stops">
        {(rows, { add, remove }) => (
          <Flex vertical gap={8}>
            {rows.map(({ key, name }, place) => (
              <Card key={key} size="small" title={t("visits.stop", { number: place + 1 })} extra={<Remove onClick={() => remove(name)} />}>
                <Form.Item name={[name, "profile_id"]} label={t("place.place")} rules={rules("profile_id")} style={{ marginBottom: 8 }}>
                  <PlaceSelect />
                </Form.Item>
                <Form.Item
                  name={[name, "on"]}
                  label={t("visits.on")}
                  dependencies={["days"]}
                  rules={[
                    {
                      validator: (_, day: VisitValues["days"][0] | null) =>
                        within(day, days) ? Promise.resolve() : Promise.reject(new Error(t("visits.outside"))),
                    },
                  ]}
                  style={{ marginBottom: 8 }}
                >
                  <DatePicker style={{ width: "100%" }} />
                </Form.Item>
                <Form.Item name={[name, "note"]} label={t("visits.stopNote")} rules={rules("note")} style={{ marginBottom: 8 }}>
                  <Input.TextArea autoSize={{ minRows: 1 }} />
                </Form.Item>
                <Form.Item name={[name, "result"]} label={t("visits.result")} rules={rules("result")} style={{ marginBottom: 0 }}>
                  <Input.TextArea autoSize={{ minRows: 1 }} />
                </Form.Item>
              </Card>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({ on: days?.[0] })} style={{ alignSelf: "start" }}>
              {t("visits.addStop")}
            </Button>
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}

function FollowUps() {
  const { t } = useTranslation();
  const rules = useRules("FollowUp");
  const stops = Form.useWatch<VisitValues["stops"] | undefined>("stops") ?? [];
  const places = [...new Set(stops.flatMap((stop) => (stop?.profile_id ? [stop.profile_id] : [])))];
  return (
    <Form.Item label={t("visits.followUps")}>
      <Form.List name="follow_ups">
        {(rows, { add, remove }) => (
          <Flex vertical gap={8}>
            {rows.map(({ key, name }) => (
              <Card key={key} size="small">
                <Flex gap={8} wrap align="start">
                  <Form.Item name={[name, "text"]} rules={rules("text")} style={{ flex: "1 1 100%", marginBottom: 0 }}>
                    <Input.TextArea aria-label={t("visits.what")} placeholder={t("visits.what")} autoSize={{ minRows: 1 }} />
                  </Form.Item>
                  <Form.Item name={[name, "profile_id"]} style={{ flex: "1 1 100%", marginBottom: 0 }}>
                    <Select
                      allowClear
                      aria-label={t("visits.ofPlace")}
                      placeholder={t("visits.ofPlace")}
                      options={places.map((id) => ({ value: id, label: <ProfileName id={id} plain /> }))}
                    />
                  </Form.Item>
                  <Form.Item name={[name, "due_on"]} style={{ flex: "1 1 120px", marginBottom: 0 }}>
                    <DatePicker aria-label={t("visits.dueOn")} placeholder={t("visits.dueOn")} style={{ width: "100%" }} />
                  </Form.Item>
                  <Form.Item name={[name, "done_on"]} style={{ flex: "1 1 120px", marginBottom: 0 }}>
                    <DatePicker aria-label={t("visits.doneOn")} placeholder={t("visits.doneOn")} style={{ width: "100%" }} />
                  </Form.Item>
                  <Remove onClick={() => remove(name)} />
                </Flex>
              </Card>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({})} style={{ alignSelf: "start" }}>
              {t("visits.addFollowUp")}
            </Button>
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}
