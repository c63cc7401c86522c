import { Button, Checkbox, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { today } from "../../parts/dates";
import { ExportButton } from "../../parts/ExportButton";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { useMay } from "../../shell/session";
import { OneVisit } from "./OneVisit";
import { toBody, type VisitValues } from "./values";
import { VisitFields } from "./VisitFields";
import "./words";

const BLANK: Partial<VisitValues> = { stops: [{}] };

/** All visits that the caller makes or hosts. */
export function VisitsList() {
  const { t } = useTranslation();
  const mayWrite = useMay("visits:write");
  const [isToCome, setToCome] = useState(false);
  const query = { since: isToCome ? today() : undefined };
  const paged = usePaged(["visits", query], (cursor) => dataOf(api.GET("/v1/visits", { params: { query: { ...query, newest_first: true, limit: 20, cursor } } })));
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("visits.intro")}</Typography.Text>
      <Flex gap={12} wrap align="center">
        <Checkbox checked={isToCome} onChange={(event) => setToCome(event.target.checked)}>
          {t("visits.since")}
        </Checkbox>
        <ExportButton key={String(isToCome)} what={{ kind: "visits", format: "xlsx", parameters: query }}>
          {t("opps.export")}
        </ExportButton>
        {mayWrite && (
          <FormDialog<VisitValues>
            label={t("visits.add")}
            button={{ type: "primary" }}
            initial={BLANK}
            changes={[["visits"]]}
            run={(values, key) => dataOf(api.POST("/v1/visits", { params: { header: { "idempotency-key": key } }, body: toBody(values) }))}
          >
            <VisitFields />
          </FormDialog>
        )}
      </Flex>
      <ProblemAlert error={paged.error} />
      {paged.items.map((visit) => (
        <OneVisit key={visit.id} visit={visit} />
      ))}
      {paged.items.length === 0 && !paged.loading && !paged.error && <Typography.Text type="secondary">{t("visits.noneAll")}</Typography.Text>}
      {(paged.more || paged.loading) && (
        <Button onClick={paged.more ?? undefined} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}
