import { Card, Flex, Statistic, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import type { paths } from "../../api/schema";
import { figure } from "../../parts/numbers";
import { OrganisationName } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { RegionName } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import { EntryActions } from "./EntryActions";
import { useMeasures } from "./measures";
import "./words";

type Entry = Schemas["LedgerEntryRead"];

export type Query = Omit<NonNullable<paths["/v1/ledger-entries"]["get"]["parameters"]["query"]>, "limit" | "cursor">;

const ENTRY_COLOUR: Record<Entry["state"], string> = {
  claimed: "default",
  confirmed: "gold",
  recognised: "green",
  rejected: "red",
};

/** What was brought: the sums per measure, and entry by entry who has claimed, confirmed and recognised it. */
export function Entries({ query, isOfRecord }: { query: Query; isOfRecord: boolean }) {
  const { t } = useTranslation();
  const { nameOf, unitOf } = useMeasures();
  const [totals, setTotals] = useState<Schemas["LedgerTotal"][]>([]);
  const paged = usePaged(["ledger", query], async (cursor) => {
    const page = await dataOf(api.GET("/v1/ledger-entries", { params: { query: { ...query, limit: 20, cursor } } }));
    setTotals(page.totals);
    return page;
  });
  return (
    <Flex vertical gap={12}>
      <Flex gap={12} wrap>
        {totals.map((total) => (
          <Card key={total.measure} size="small" title={`${nameOf(total.measure)} (${unitOf(total.measure)})`} extra={t("ledger.entries", { count: total.entry_count })}>
            <Flex gap={24} wrap>
              {(["recognised", "confirmed", "claimed"] as const).map((state) => (
                <Statistic key={state} title={t(`ledger.${state}`)} value={figure(total[state])} styles={{ content: { fontSize: 18 } }} />
              ))}
            </Flex>
          </Card>
        ))}
      </Flex>
      <PagedTable<Entry>
        paged={paged}
        rowKey="id"
        cards
        columns={[
          { title: t("ledger.measure"), key: "measure", render: (_, one) => <What one={one} isOfRecord={isOfRecord} /> },
          { title: t("ledger.amount"), key: "amount", className: "numbers", render: (_, one) => <Amount one={one} /> },
          { title: t("ledger.state"), key: "state", render: (_, one) => <Standing one={one} /> },
          { title: t("ledger.occurredOn"), dataIndex: "occurred_on" },
          { title: t("ledger.by"), key: "by", render: (_, one) => <OrganisationName id={one.organisation_id} /> },
          { title: t("ledger.source"), key: "evidence", render: (_, one) => <Documents one={one} /> },
          { title: t("common.actions"), key: "actions", render: (_, one) => <EntryActions entry={one} /> },
        ]}
      />
    </Flex>
  );
}

interface Shown {
  one: Entry;
}

function What({ one, isOfRecord }: Shown & { isOfRecord: boolean }) {
  const { t } = useTranslation();
  const { nameOf } = useMeasures();
  // An authority decides on entries, but is no side of the records that they came of.
  const may = [useMay("opportunities:read"), useSession().organisation.kind !== "authority"].every(Boolean);
  return (
    <Flex gap={4} wrap align="center">
      {nameOf(one.measure)}
      {one.component && <Typography.Text type="secondary">{t(`ledger.component_${one.component}`)}</Typography.Text>}
      {one.reverses_id && <Tag color="volcano">{t("ledger.reversal")}</Tag>}
      {one.separate && <Tag>{t("ledger.separateTag")}</Tag>}
      {!isOfRecord && (
        <div style={{ flexBasis: "100%" }}>
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            <RegionName code={one.supporting_region_code} /> — <RegionName code={one.partner_region_code} />
          </Typography.Text>{" "}
          {one.opportunity_id && may && <Link to={`/opportunities/${one.opportunity_id}?tab=ledger`}>{t("ledger.record")}</Link>}
        </div>
      )}
      {(one.note ?? one.reason) && (
        <Typography.Text type="secondary" style={{ flexBasis: "100%", fontSize: 12, whiteSpace: "pre-wrap" }}>
          {one.reason ?? one.note}
        </Typography.Text>
      )}
    </Flex>
  );
}

function Amount({ one }: Shown) {
  const { t } = useTranslation();
  const { unitOf } = useMeasures();
  return (
    <>
      {figure(one.amount, 6)} {unitOf(one.measure)}
      {one.reversed_amount > 0 && (
        <div>
          <Typography.Text type="warning">{t("ledger.reversed", { amount: figure(one.reversed_amount, 6) })}</Typography.Text>
        </div>
      )}
    </>
  );
}

function Standing({ one }: Shown) {
  const { t } = useTranslation();
  return (
    <Flex vertical gap={2}>
      <span>
        <Tag color={ENTRY_COLOUR[one.state]}>{t(`ledger.state_${one.state}`)}</Tag>
        {one.recognised_amount !== null && figure(one.recognised_amount, 6)}
        {one.eligible_share !== null && one.eligible_share !== 1 && ` (${figure(one.eligible_share * 100)}%)`}
      </span>
      {one.rejection_reason && <Typography.Text type="secondary">{one.rejection_reason}</Typography.Text>}
    </Flex>
  );
}

function Documents({ one }: Shown) {
  return (
    <>
      {one.evidence.map((item, place) => (
        <div key={place}>{[item.source, item.document_no].filter(Boolean).join(" · ")}</div>
      ))}
    </>
  );
}
