import { useQueryClient } from "@tanstack/react-query";
import { Button, DatePicker, Flex, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { asDay, dayOf } from "../../parts/dates";
import { ExportButton } from "../../parts/ExportButton";
import { ImportDrawer } from "../../parts/ImportDrawer";
import { PairingSelect } from "../../parts/pairings";
import { useMay, useSession } from "../../shell/session";
import { ClaimEntry } from "./ClaimEntry";
import { Entries, type Query } from "./Entries";
import { useMeasures } from "./measures";
import "./words";

const STATES = ["claimed", "confirmed", "recognised", "rejected"] as const satisfies Query["state"][];

/** All entries that the caller has part in, or decides on: those of joint records, and what came of none. */
export function LedgerView() {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const { measures, nameOf } = useMeasures();
  const mayWrite = useMay("ledger:write");
  const mayDecide = useMay("ledger:decide");
  const mayImport = [useMay("imports:write"), useMay("files:write")].every(Boolean);
  const client = useQueryClient();
  const [importing, setImporting] = useState(false);
  const [asked, ask] = useSearchParams();
  // Whoever decides begins with what waits for a decision.
  const state = asked.get("state") ?? (mayDecide ? "confirmed" : "");
  const query: Query = {
    state: (state || undefined) as Query["state"],
    measure: asked.get("measure") || undefined,
    pairing_id: asked.get("pairing") || undefined,
    since: asked.get("since") || undefined,
    until: asked.get("until") || undefined,
  };
  const set = (changes: Record<string, string | null | undefined>) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      for (const [key, value] of Object.entries(changes))
        if (value === null || value === undefined) next.delete(key);
        else next.set(key, value);
      return next;
    });
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" gap={12} wrap>
        <Typography.Text type="secondary" style={{ maxWidth: 720 }}>
          {t("ledger.introAll")}
        </Typography.Text>
        <Flex gap={8} wrap align="start">
          <ExportButton key={JSON.stringify(query)} what={{ kind: "ledger_entries", format: "xlsx", parameters: query }}>
            {t("ledger.export")}
          </ExportButton>
          {mayWrite && mayImport && <Button onClick={() => setImporting(true)}>{t("ledger.import")}</Button>}
          {mayWrite && <ClaimEntry />}
        </Flex>
      </Flex>
      <ImportDrawer kind="ledger-entries" open={importing} onClose={() => setImporting(false)} onStored={() => void client.invalidateQueries({ queryKey: ["ledger"] })} />
      <Flex gap={8} wrap role="search">
        <Select
          aria-label={t("ledger.state")}
          style={{ width: 140 }}
          value={state}
          onChange={(next) => set({ state: next })}
          options={[{ value: "", label: t("ledger.allStates") }, ...STATES.map((one) => ({ value: one, label: t(`ledger.state_${one}`) }))]}
        />
        <Select
          aria-label={t("ledger.measure")}
          placeholder={t("ledger.measure")}
          allowClear
          style={{ width: 220 }}
          showSearch={{ optionFilterProp: "label" }}
          value={query.measure ?? null}
          onChange={(next) => set({ measure: next })}
          options={measures.map((one) => ({ value: one.name, label: nameOf(one.name) }))}
        />
        <PairingSelect
          aria-label={t("ledger.pairing")}
          placeholder={t("ledger.pairing")}
          allowClear
          regionCode={organisation.kind === "authority" ? undefined : (organisation.region_code ?? undefined)}
          style={{ width: 320, maxWidth: "100%" }}
          value={query.pairing_id ?? null}
          onChange={(next) => set({ pairing: next ?? undefined })}
        />
        <DatePicker.RangePicker
          aria-label={t("ledger.occurredOn")}
          allowEmpty={[true, true]}
          value={[asDay(query.since), asDay(query.until)]}
          onChange={(days) => set({ since: dayOf(days?.[0]), until: dayOf(days?.[1]) })}
        />
      </Flex>
      <Entries query={query} isOfRecord={false} />
    </Flex>
  );
}
