import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Drawer, Flex, Form, InputNumber, Select, Timeline, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { asDay, dayOf, today } from "../../parts/dates";
import { fieldErrors } from "../../parts/fieldErrors";
import { useRules } from "../../parts/limits";
import { SyntheticMark } from "../../parts/Marks";
import { figure } from "../../parts/numbers";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { RegionSelect } from "../../parts/reference";
import { useMay, useSession } from "../../shell/session";
import { byDay, visitOf, type Itinerary } from "../visits/itinerary";
import { toBody, type VisitValues } from "../visits/values";
import { VisitFields } from "../visits/VisitFields";
import type { Place } from "./useRanking";

interface Values {
  profile_ids?: string[];
  first: number;
  starts_on: Dayjs;
  days: number;
  start_region_code?: string;
}

interface Props {
  open: boolean;
  onClose: () => void;
  project: Schemas["ProjectRead"];
  items: Place[];
  /** The places that are ticked in the table: these are visited, unless others are chosen. */
  ticked: string[];
}

/** A round of the project's places: the shortest order, parted into days; entered as a visit with one step more. */
export function ItineraryDrawer({ open, onClose, project, items, ticked }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer open={open} onClose={onClose} destroyOnHidden size={560} title={t("ranking.itinerary")} styles={{ wrapper: { maxWidth: "100vw" } }}>
      <Planner project={project} items={items} ticked={ticked} />
    </Drawer>
  );
}

function Planner({ project, items, ticked }: Omit<Props, "open" | "onClose">) {
  const { t, i18n } = useTranslation();
  const rules = useRules("ItineraryQuery");
  const [form] = Form.useForm<Values>();
  const plan = useMutation({
    mutationFn: ({ starts_on, profile_ids, start_region_code, ...values }: Values) =>
      dataOf(
        api.POST("/v1/itineraries", {
          body: {
            ...values,
            project_id: project.id,
            profile_ids: profile_ids ?? [],
            starts_on: dayOf(starts_on)!,
            start_region_code: start_region_code || null,
          },
        }),
      ),
    onError: (error) => form.setFields(fieldErrors(error, i18n.language) as Parameters<typeof form.setFields>[0]),
  });
  const named = Form.useWatch<string[] | undefined>("profile_ids", form) ?? ticked;
  return (
    <Flex vertical gap={16}>
      <Typography.Text type="secondary">{t("ranking.itineraryLead")}</Typography.Text>
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{ profile_ids: ticked, first: Math.min(5, Math.max(items.length, 1)), days: 2, starts_on: asDay(today())!.add(7, "day") }}
        onFinish={(values) => plan.mutate(values)}
      >
        <Form.Item name="profile_ids" label={t("ranking.whichPlaces")} extra={t("ranking.whichPlacesNote")} rules={rules("profile_ids")}>
          <Select
            mode="multiple"
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            options={items.map(({ rank, profile }) => ({ value: profile.id, label: `${rank}. ${profile.site_name}` }))}
          />
        </Form.Item>
        <Flex gap={12} wrap>
          {named.length === 0 && (
            <Form.Item name="first" label={t("ranking.firstPlaces")} rules={rules("first", { required: true })} style={{ flex: "1 1 120px" }}>
              <InputNumber precision={0} style={{ width: "100%" }} />
            </Form.Item>
          )}
          <Form.Item name="starts_on" label={t("ranking.startsOn")} rules={rules("starts_on")} style={{ flex: "1 1 150px" }}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="days" label={t("ranking.days")} rules={rules("days", { required: true })} style={{ flex: "1 1 90px" }}>
            <InputNumber precision={0} style={{ width: "100%" }} />
          </Form.Item>
        </Flex>
        <Form.Item name="start_region_code" label={t("ranking.startRegion")} extra={t("ranking.startRegionNote")}>
          <RegionSelect allowClear />
        </Form.Item>
        <ProblemAlert error={plan.error} />
        <Button type="primary" htmlType="submit" loading={plan.isPending} style={{ marginTop: 8 }}>
          {t("ranking.order")}
        </Button>
      </Form>
      {plan.data && <Planned itinerary={plan.data} project={project} items={items} />}
    </Flex>
  );
}

function Planned({ itinerary, project, items }: { itinerary: Itinerary; project: Schemas["ProjectRead"]; items: Place[] }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { organisation } = useSession();
  const mayEnter = useMay("visits:write") && project.organisation_id === organisation.id;
  const synthetic = new Set(items.filter(({ profile }) => profile.is_synthetic).map(({ profile }) => profile.id));
  const nameOf = (id: string) => items.find(({ profile }) => profile.id === id)?.profile.site_name ?? id;
  const initial = visitOf(itinerary, { project_id: project.id, purpose: t("ranking.visitPurpose", { name: project.name }) });
  return (
    <section aria-label={t("ranking.itinerary")}>
      {itinerary.without_position.length > 0 && (
        <Alert type="warning" showIcon title={t("ranking.noPosition", { names: itinerary.without_position.map(nameOf).join("、") })} style={{ marginBottom: 12 }} />
      )}
      {byDay(itinerary.stops).map(([day, stops], number) => (
        <div key={day}>
          <Typography.Title level={5}>{t("ranking.dayOf", { number: number + 1, day })}</Typography.Title>
          <Timeline
            items={stops.map((stop) => ({
              key: stop.profile_id,
              content: (
                <>
                  <Link to={`/profiles/${stop.profile_id}`}>{stop.site_name}</Link> <SyntheticMark is={synthetic.has(stop.profile_id)} />
                  <div>
                    <Typography.Text type="secondary">{`${stop.region_name} · +${figure(stop.distance_km, 0)} km`}</Typography.Text>
                  </div>
                </>
              ),
            }))}
          />
        </div>
      ))}
      <Typography.Paragraph>
        <strong>{t("ranking.totalKm", { km: figure(itinerary.total_km, 0) })}</strong>
      </Typography.Paragraph>
      <Flex gap={8} wrap>
        <Typography.Text copyable={{ text: itinerary.text, onCopy: () => void message.success(t("ranking.copied")) }}>{t("ranking.copyText")}</Typography.Text>
        {mayEnter && itinerary.stops.length > 0 && (
          <FormDialog<VisitValues>
            label={t("ranking.enterVisit")}
            button={{ type: "primary" }}
            initial={initial}
            changes={[["visits"]]}
            run={(values, key) => dataOf(api.POST("/v1/visits", { params: { header: { "idempotency-key": key } }, body: toBody(values) }))}
          >
            <VisitFields projectId={project.id} />
          </FormDialog>
        )}
        <Link to="/opportunities?view=visits">{t("ranking.toVisits")}</Link>
      </Flex>
    </section>
  );
}
