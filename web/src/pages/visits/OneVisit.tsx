import { useMutation } from "@tanstack/react-query";
import { Button, Card, Flex, Modal, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { daysSince, today } from "../../parts/dates";
import { ExportButton } from "../../parts/ExportButton";
import { OrganisationName } from "../../parts/organisations";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { ProfileName, ProjectName } from "../../parts/names";
import { saveFile } from "../../parts/saveFile";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { doneOn, toBody, toValues, type Visit, type VisitValues } from "./values";
import { VisitFields } from "./VisitFields";
import "./words";

const CHANGES = [["visits"]];

/** A visit as the caller may see it: who goes where, what came of it, what is to follow. */
export function OneVisit({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("visits:write") && visit.organisation_id === organisation.id;
  const params = { path: { visit_id: visit.id }, header: versionTag(visit) };
  return (
    <Card size="small" title={visit.purpose} styles={{ title: { whiteSpace: "normal" } }}>
      <Flex vertical gap={10}>
        <Typography.Text type="secondary">
          {visit.starts_on === visit.ends_on ? visit.starts_on : `${visit.starts_on} – ${visit.ends_on}`}
          {" · "}
          <OrganisationName id={visit.organisation_id} />
          {visit.project_id && (
            <>
              {" · "}
              <ProjectName id={visit.project_id} />
            </>
          )}
        </Typography.Text>
        {visit.members.length > 0 && (
          <span>
            {t("visits.members")}: {visit.members.map((one) => [one.name, one.office, one.title].filter(Boolean).join(" ")).join("；")}
          </span>
        )}
        <ol style={{ margin: 0, paddingInlineStart: 20 }}>
          {visit.stops.map((stop, place) => (
            <li key={place} style={{ marginBottom: 4 }}>
              {stop.on} · <ProfileName id={stop.profile_id} /> · {stop.region_name}
              {stop.note && <div style={{ whiteSpace: "pre-wrap" }}>{stop.note}</div>}
              {stop.result && (
                <div style={{ whiteSpace: "pre-wrap" }}>
                  <strong>{t("visits.result")}:</strong> {stop.result}
                </div>
              )}
            </li>
          ))}
        </ol>
        <FollowUps visit={visit} mayWrite={mayWrite} />
        <Flex gap={8} wrap align="start">
          {mayWrite && (
            <FormDialog<VisitValues>
              label={t("visits.edit")}
              button={{ size: "small" }}
              initial={toValues(visit)}
              changes={CHANGES}
              run={(values) => dataOf(api.PUT("/v1/visits/{visit_id}", { params, body: toBody(values) }))}
            >
              <VisitFields />
            </FormDialog>
          )}
          <Files visit={visit} />
          {mayWrite && (
            <ActButton
              label={t("visits.delete")}
              sentence={t("visits.deleteSays")}
              button={{ size: "small", danger: true }}
              changes={CHANGES}
              run={() => dataOf(api.DELETE("/v1/visits/{visit_id}", { params }))}
            />
          )}
        </Flex>
      </Flex>
    </Card>
  );
}

function FollowUps({ visit, mayWrite }: { visit: Visit; mayWrite: boolean }) {
  const { t } = useTranslation();
  if (visit.follow_ups.length === 0) return null;
  const params = { path: { visit_id: visit.id }, header: versionTag(visit) };
  return (
    <div>
      <Typography.Text type="secondary">{t("visits.followUps")}</Typography.Text>
      {visit.follow_ups.map((one, place) => {
        const late = one.due_on && !one.done_on ? daysSince(one.due_on) : 0;
        return (
          <Flex key={place} gap={8} wrap align="center" style={{ marginTop: 4 }}>
            <span>{one.text}</span>
            {one.done_on && <Tag color="green">{t("visits.done", { day: one.done_on })}</Tag>}
            {!one.done_on && one.due_on && <Tag>{t("visits.due", { day: one.due_on })}</Tag>}
            {late > 0 && <Tag color="red">{t("visits.overdue", { days: late })}</Tag>}
            {mayWrite && !one.done_on && (
              <ActButton
                label={t("visits.markDone")}
                sentence={t("visits.markDoneSays", { text: one.text })}
                button={{ size: "small", type: "link" }}
                changes={CHANGES}
                run={() =>
                  dataOf(api.PATCH("/v1/visits/{visit_id}", { params, body: { follow_ups: doneOn(visit.follow_ups, place, today()) } }))
                }
              />
            )}
          </Flex>
        );
      })}
    </div>
  );
}

/** The visit to take along: as text for a message, in a calendar, as a folder with a sheet for each place. */
function Files({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  const [text, setText] = useState<string | null>(null);
  const path = { visit_id: visit.id };
  const read = useMutation({
    mutationFn: () => dataOf(api.GET("/v1/visits/{visit_id}/itinerary", { params: { path }, parseAs: "text" })),
    onSuccess: setText,
  });
  const calendar = useMutation({
    mutationFn: () => dataOf(api.GET("/v1/visits/{visit_id}/calendar", { params: { path }, parseAs: "blob" })),
    onSuccess: (content) => saveFile(content as unknown as Blob, `${visit.purpose.slice(0, 40)}.ics`),
  });
  return (
    <>
      <Button size="small" loading={read.isPending} onClick={() => read.mutate()}>
        {t("visits.text")}
      </Button>
      <Button size="small" loading={calendar.isPending} onClick={() => calendar.mutate()}>
        {t("visits.calendar")}
      </Button>
      {visit.project_id && (
        <ExportButton what={{ kind: "delegation", format: "zip", parameters: { visit_id: visit.id } }}>{t("visits.folder")}</ExportButton>
      )}
      <ProblemAlert error={read.error ?? calendar.error} />
      <Modal open={text !== null} title={t("visits.text")} footer={null} onCancel={() => setText(null)}>
        <Typography.Paragraph copyable={{ text: text ?? "" }} style={{ whiteSpace: "pre-wrap" }}>
          {text}
        </Typography.Paragraph>
      </Modal>
    </>
  );
}
