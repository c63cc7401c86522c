import { Card, Flex, Statistic, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { figure } from "../../parts/numbers";
import { OrganisationName } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { usePaged } from "../../parts/usePaged";
import { useMay } from "../../shell/session";
import { ClaimEntry } from "./ClaimEntry";
import { EntryActions } from "./EntryActions";
import "./ledgerWords";
import { useMeasures } from "./measures";
import type { Opportunity } from "./stages";

type Entry = Schemas["LedgerEntryRead"];

export const ENTRY_COLOUR: Record<Entry["state"], string> = {
  claimed: "default",
  confirmed: "gold",
  recognised: "green",
  rejected: "red",
};

/** What the record brought: the sums per measure, and entry by entry who has claimed, confirmed and recognised it. */
export function Ledger({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("ledger:write");
  const { nameOf, unitOf } = useMeasures();
  const [totals, setTotals] = useState<Schemas["LedgerTotal"][]>([]);
  const paged = usePaged(["ledger", row.id], async (cursor) => {
    const page = await dataOf(
      api.GET("/v1/ledger-entries", { params: { query: { opportunity_id: row.id, limit: 20, cursor } } }),
    );
    setTotals(page.totals);
    return page;
  });
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" gap={12} wrap>
        <Typography.Text type="secondary" style={{ maxWidth: 720 }}>
          {t("ledger.intro")}
        </Typography.Text>
        {mayWrite && <ClaimEntry row={row} />}
      </Flex>
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
        columns={[
          { title: t("ledger.occurredOn"), dataIndex: "occurred_on" },
          {
            title: t("ledger.measure"),
            key: "measure",
            render: (_, one) => (
              <Flex gap={4} wrap align="center">
                {nameOf(one.measure)}
                {one.component && <Typography.Text type="secondary">{t(`ledger.component_${one.component}`)}</Typography.Text>}
                {one.reverses_id && <Tag color="volcano">{t("ledger.reversal")}</Tag>}
              </Flex>
            ),
          },
          {
            title: t("ledger.amount"),
            key: "amount",
            className: "numbers",
            render: (_, one) => (
              <>
                {figure(one.amount, 6)} {unitOf(one.measure)}
                {one.reversed_amount > 0 && (
                  <div>
                    <Typography.Text type="warning">{t("ledger.reversed", { amount: figure(one.reversed_amount, 6) })}</Typography.Text>
                  </div>
                )}
              </>
            ),
          },
          {
            title: t("ledger.state"),
            key: "state",
            render: (_, one) => (
              <Flex vertical gap={2}>
                <span>
                  <Tag color={ENTRY_COLOUR[one.state]}>{t(`ledger.state_${one.state}`)}</Tag>
                  {one.recognised_amount !== null && figure(one.recognised_amount, 6)}
                </span>
                {one.rejection_reason && <Typography.Text type="secondary">{one.rejection_reason}</Typography.Text>}
                {one.warnings.map((warned) => (
                  <Typography.Text key={warned.code} type="warning" style={{ maxWidth: 260 }}>
                    {warned.detail}
                  </Typography.Text>
                ))}
              </Flex>
            ),
          },
          { title: t("ledger.by"), key: "by", render: (_, one) => <OrganisationName id={one.organisation_id} /> },
          {
            title: t("ledger.source"),
            key: "evidence",
            render: (_, one) =>
              one.evidence.map((item, place) => <div key={place}>{[item.source, item.document_no].filter(Boolean).join(" · ")}</div>),
          },
          { title: t("common.actions"), key: "actions", render: (_, one) => <EntryActions entry={one} /> },
        ]}
      />
    </Flex>
  );
}
