import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useMay } from "../../shell/session";
import { ClaimEntry } from "../ledger/ClaimEntry";
import { Entries } from "../ledger/Entries";
import "../ledger/words";
import type { Opportunity } from "./stages";

/** What the record brought, as far as it was entered. */
export function Ledger({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("ledger:write");
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" gap={12} wrap>
        <Typography.Text type="secondary" style={{ maxWidth: 720 }}>
          {t("ledger.intro")}
        </Typography.Text>
        {mayWrite && <ClaimEntry record={row} />}
      </Flex>
      <Entries query={{ opportunity_id: row.id }} isOfRecord />
    </Flex>
  );
}
