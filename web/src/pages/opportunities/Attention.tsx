import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useSession } from "../../shell/session";
import { sideOf, type Opportunity } from "./stages";

/** What somebody has to look after: overdue milestones, and a proposal that waits. */
export function Attention({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const side = sideOf(row, useSession().organisation.id);
  return (
    <>
      {row.overdue_milestones > 0 && <Tag color="red">{t("opps.overdueCount", { count: row.overdue_milestones })}</Tag>}
      {row.pending && <Tag color="gold">{t(row.pending.agreed_by === side ? "opps.pendingThere" : "opps.pendingHere")}</Tag>}
    </>
  );
}
