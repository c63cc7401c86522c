import { Flex, Grid, Tabs, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import "../../parts/choiceWords";
import { useMay } from "../../shell/session";
import { Account } from "./Account";
import { Audit } from "./Audit";
import { Jobs } from "./Jobs";
import { Keys } from "./Keys";
import { Organisations } from "./Organisations";
import { Pairings } from "./Pairings";
import { People } from "./People";
import { Rules } from "./Rules";
import { Settings } from "./Settings";
import { Webhooks } from "./Webhooks";
import "./words";

/** What an administrator keeps, and one's own account; a tab appears only for who may read what is in it. */
export default function AdministrationPage() {
  const { t } = useTranslation();
  const [asked, ask] = useSearchParams();
  const wide = Grid.useBreakpoint().lg;
  const tabs = [
    { key: "organisations", may: useMay("organisations:read"), children: <Organisations /> },
    { key: "pairings", may: useMay("pairings:read"), children: <Pairings /> },
    { key: "people", may: useMay("people:read"), children: <People /> },
    { key: "settings", may: useMay("settings:read"), children: <Settings /> },
    { key: "keys", may: useMay("keys:read"), children: <Keys /> },
    { key: "webhooks", may: useMay("webhooks:read"), children: <Webhooks /> },
    { key: "rules", may: useMay("reference:read"), children: <Rules /> },
    { key: "jobs", may: useMay("jobs:read"), children: <Jobs /> },
    { key: "audit", may: useMay("audit:read"), children: <Audit /> },
    { key: "account", may: useMay("account:read"), children: <Account /> },
  ].filter(({ may }) => may);
  return (
    <Flex vertical gap={8}>
      <Typography.Title level={3} style={{ margin: 0 }}>
        {t("admin.title")}
      </Typography.Title>
      {tabs.length === 0 && t("admin.nothing")}
      <Tabs
        tabPlacement={wide ? "start" : "top"}
        activeKey={asked.get("tab") ?? tabs[0]?.key ?? ""}
        onChange={(tab) => ask({ tab }, { replace: true })}
        destroyOnHidden
        items={tabs.map(({ key, children }) => ({ key, label: t(`admin.${key}`), children }))}
      />
    </Flex>
  );
}
