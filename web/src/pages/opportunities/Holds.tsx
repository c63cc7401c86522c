import { Button, Card, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { amount } from "../../parts/amounts";
import { instant } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useCapacities } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import { Pools } from "../profiles/Pools";
import { AskHold } from "./AskHold";
import { HoldActions } from "./HoldActions";
import { amountsOf } from "./holdAmounts";
import "./holdWords";
import type { Opportunity } from "./stages";

type Hold = Schemas["HoldRead"];

const COLOUR: Record<Hold["state"], string> = {
  requested: "gold",
  active: "green",
  released: "default",
  expired: "default",
  committed: "cyan",
};

/** What is kept of the place for the project, and what may be done about it now. */
export function Holds({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("holds:write");
  const maySeePools = useMay("pools:read");
  const { organisation } = useSession();
  // Only the organisations themselves hold and ask for holds; of a project on a place of one's own, the place's side holds.
  const isPlace = row.profile_organisation_id === organisation.id;
  const isSide = isPlace || row.project_organisation_id === organisation.id;
  const query = { project_id: row.project_id, profile_id: row.profile_id };
  const paged = usePaged(["holds", query], (cursor) =>
    dataOf(api.GET("/v1/holds", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const isLive = paged.items.some(({ state }) => state === "requested" || state === "active");
  const mayAsk = mayWrite && isSide && row.stage !== "ended" && !isLive && !paged.loading && !paged.error;
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" gap={12} wrap>
        <Typography.Text type="secondary" style={{ maxWidth: 720 }}>
          {t("holds.intro")}
        </Typography.Text>
        {mayAsk && <AskHold row={row} isPlace={isPlace} />}
      </Flex>
      <ProblemAlert error={paged.error} />
      {paged.items.map((hold) => (
        <OneHold key={hold.id} hold={hold} />
      ))}
      {paged.items.length === 0 && !paged.loading && !paged.error && (
        <Typography.Text type="secondary">{t("holds.none")}</Typography.Text>
      )}
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
      {maySeePools && isPlace && (
        <>
          <Typography.Title level={5} style={{ margin: "12px 0 0" }}>
            {t("pools.tab")}
          </Typography.Title>
          <Pools profileId={row.profile_id} />
        </>
      )}
    </Flex>
  );
}

function OneHold({ hold }: { hold: Hold }) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const capacities = useCapacities();
  const unitOf = (field: string) => capacities.find((one) => one.name === field)?.unit ?? "";
  return (
    <Card size="small">
      <Flex justify="space-between" gap={12} wrap>
        <Flex vertical gap={4}>
          <Flex gap={8} align="center" wrap>
            <Tag color={COLOUR[hold.state]}>{t(`holds.state_${hold.state}`)}</Tag>
            <Typography.Text type="secondary">
              {hold.ended_at ? t("holds.ended", { at: instant(hold.ended_at) }) : `${t("holds.expires")} ${instant(hold.expires_at)}`}
            </Typography.Text>
          </Flex>
          <Flex gap={16} wrap>
            {amountsOf(hold).map(([field, value]) => (
              <span key={field}>
                {name(field)} <strong>{amount(value, unitOf(field), i18n.language)}</strong>
                {hold.commitments[field] && (
                  <>
                    {" "}
                    <Tag color="cyan" style={{ marginInlineEnd: 0 }}>
                      {t("holds.committedBy", { number: hold.commitments[field].document_no })}
                    </Tag>
                  </>
                )}
              </span>
            ))}
          </Flex>
          {hold.reason && <Typography.Text type="secondary">{hold.reason}</Typography.Text>}
        </Flex>
        <HoldActions hold={hold} />
      </Flex>
    </Card>
  );
}
