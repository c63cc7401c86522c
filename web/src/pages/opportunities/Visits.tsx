import { Card, DatePicker, Flex, Form, Input, Tag, Typography } from "antd";
import { Button } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { dayOf, daysSince } from "../../parts/dates";
import { OrganisationName } from "../../parts/organisations";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import { pageWords } from "../../i18n/pageWords";
import { sideOf, type Opportunity } from "./stages";

type Visit = Schemas["VisitRead"];

pageWords(
  "visits",
  {
    add: "安排考察",
    purpose: "目的",
    days: "日期",
    members: "成员",
    membersNote: "每行一人：姓名 单位 职务",
    result: "结果",
    followUps: "后续事项",
    done: "{{day}} 办结",
    due: "{{day}} 前",
    overdue: "逾期",
    none: "还没有与本事项有关的考察",
    stopNote: "给对方的说明",
    export: "考察手册",
  },
  {
    add: "Plan a visit",
    purpose: "Purpose",
    days: "Days",
    members: "Members",
    membersNote: "One a line: name, office, title, parted by blanks",
    result: "Result",
    followUps: "To follow",
    done: "done {{day}}",
    due: "by {{day}}",
    overdue: "overdue",
    none: "No visits for this record yet",
    stopNote: "Note for the host",
    export: "Folder",
  },
);

interface Values {
  purpose: string;
  days: [Dayjs, Dayjs];
  members?: string;
  note?: string;
}

/** The visits that stop at this place for this project. */
export function Visits({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("visits:write");
  const side = sideOf(row, useSession().organisation.id);
  const query = side === "project" ? { project_id: row.project_id } : {};
  const paged = usePaged(["visits", query], (cursor) =>
    dataOf(api.GET("/v1/visits", { params: { query: { ...query, limit: 50, cursor } } })),
  );
  const here = paged.items.filter(
    (visit) =>
      visit.stops.some((stop) => stop.profile_id === row.profile_id) &&
      (visit.project_id === null || visit.project_id === row.project_id),
  );
  const add = ({ purpose, days, members, note }: Values, key: string) =>
    dataOf(
      api.POST("/v1/visits", {
        params: { header: { "idempotency-key": key } },
        body: {
          purpose,
          project_id: row.project_id,
          starts_on: dayOf(days[0])!,
          ends_on: dayOf(days[1])!,
          members: (members ?? "")
            .split("\n")
            .map((line) => line.trim().split(/\s+/))
            .flatMap(([name, office, title]) => (name ? [{ name, office: office ?? null, title: title ?? null }] : [])),
          stops: [{ profile_id: row.profile_id, on: dayOf(days[0])!, note: note || null }],
        },
      }),
    );
  const required = [{ required: true, message: t("common.required") }];
  return (
    <Flex vertical gap={12}>
      <ProblemAlert error={paged.error} />
      {mayWrite && side === "project" && row.stage !== "ended" && (
        <div>
          <FormDialog<Values> label={t("visits.add")} button={{ type: "primary" }} run={add} changes={[["visits"]]}>
            <Form.Item name="purpose" label={t("visits.purpose")} rules={required}>
              <Input maxLength={500} />
            </Form.Item>
            <Form.Item name="days" label={t("visits.days")} rules={required}>
              <DatePicker.RangePicker style={{ width: "100%" }} />
            </Form.Item>
            <Form.Item name="members" label={t("visits.members")} extra={t("visits.membersNote")}>
              <Input.TextArea rows={3} />
            </Form.Item>
            <Form.Item name="note" label={t("visits.stopNote")}>
              <Input.TextArea rows={2} />
            </Form.Item>
          </FormDialog>
        </div>
      )}
      {here.map((visit) => (
        <OneVisit key={visit.id} visit={visit} />
      ))}
      {here.length === 0 && !paged.loading && !paged.error && <Typography.Text type="secondary">{t("visits.none")}</Typography.Text>}
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

function OneVisit({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  return (
    <Card size="small" title={visit.purpose} extra={visit.starts_on === visit.ends_on ? visit.starts_on : `${visit.starts_on} – ${visit.ends_on}`}>
      <Flex vertical gap={8}>
        <Typography.Text type="secondary">
          <OrganisationName id={visit.organisation_id} />
        </Typography.Text>
        {visit.members.length > 0 && (
          <span>
            {t("visits.members")}: {visit.members.map((one) => [one.name, one.title].filter(Boolean).join(" ")).join("、")}
          </span>
        )}
        {visit.stops.map((stop) => (
          <div key={stop.profile_id + stop.on}>
            {stop.on} · <strong>{stop.site_name}</strong> · {stop.region_name}
            {stop.note && <div>{stop.note}</div>}
            {stop.result && <div>{`${t("visits.result")}: ${stop.result}`}</div>}
          </div>
        ))}
        {visit.follow_ups.length > 0 && (
          <div>
            <Typography.Text type="secondary">{t("visits.followUps")}</Typography.Text>
            {visit.follow_ups.map((one) => (
              <div key={one.text}>
                {one.text}{" "}
                {one.done_on ? (
                  <Tag color="green">{t("visits.done", { day: one.done_on })}</Tag>
                ) : one.due_on ? (
                  <Tag color={daysSince(one.due_on) > 0 ? "red" : "default"}>
                    {t("visits.due", { day: one.due_on })}
                    {daysSince(one.due_on) > 0 ? ` · ${t("visits.overdue")}` : ""}
                  </Tag>
                ) : null}
              </div>
            ))}
          </div>
        )}
      </Flex>
    </Card>
  );
}
