import { Button, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import { OneVisit } from "../visits/OneVisit";
import { toBody, type VisitValues } from "../visits/values";
import { VisitFields } from "../visits/VisitFields";
import "../visits/words";
import type { Opportunity } from "./stages";

/** The visits that stop at this place for this project. */
export function Visits({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("visits:write");
  const isProjects = row.project_organisation_id === useSession().organisation.id;
  const query = isProjects ? { project_id: row.project_id } : {};
  const paged = usePaged(["visits", query], (cursor) =>
    dataOf(api.GET("/v1/visits", { params: { query: { ...query, newest_first: true, limit: 50, cursor } } })),
  );
  const here = paged.items.filter(
    (visit) =>
      visit.stops.some((stop) => stop.profile_id === row.profile_id) &&
      (visit.project_id === null || visit.project_id === row.project_id),
  );
  const initial = { project_id: row.project_id, stops: [{ profile_id: row.profile_id }] };
  return (
    <Flex vertical gap={12}>
      <ProblemAlert error={paged.error} />
      {mayWrite && isProjects && row.stage !== "ended" && (
        <div>
          <FormDialog<VisitValues>
            label={t("visits.add")}
            button={{ type: "primary" }}
            initial={initial}
            changes={[["visits"]]}
            run={(values, key) => dataOf(api.POST("/v1/visits", { params: { header: { "idempotency-key": key } }, body: toBody(values) }))}
          >
            <VisitFields projectId={row.project_id} />
          </FormDialog>
        </div>
      )}
      {here.map((visit) => (
        <OneVisit key={visit.id} visit={visit} />
      ))}
      {here.length === 0 && !paged.loading && !paged.error && <Typography.Text type="secondary">{t("visits.none")}</Typography.Text>}
      {(paged.more || paged.loading) && (
        <Button onClick={paged.more ?? undefined} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}
