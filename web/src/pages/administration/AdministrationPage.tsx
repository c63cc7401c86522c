import { Flex, Tabs, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import "../../parts/choiceWords";
import { useMay } from "../../shell/session";
import { Audit } from "./Audit";
import { Keys } from "./Keys";
import { Organisations } from "./Organisations";
import { Pairings } from "./Pairings";
import { People } from "./People";
import "./words";

/** What an administrator keeps; a tab appears only for who may read what is in it. */
export default function AdministrationPage() {
  const { t } = useTranslation();
  const [asked, ask] = useSearchParams();
  const tabs = [
    { key: "organisations", may: useMay("organisations:read"), children: <Organisations /> },
    { key: "pairings", may: useMay("pairings:read"), children: <Pairings /> },
    { key: "people", may: useMay("people:read"), children: <People /> },
    { key: "keys", may: useMay("keys:read"), children: <Keys /> },
    { key: "audit", may: useMay("audit:read"), children: <Audit /> },
  ].filter(({ may }) => may);
  return (
    <Flex vertical gap={8}>
      <Typography.Title level={3} style={{ margin: 0 }}>
        {t("admin.title")}
      </Typography.Title>
      {tabs.length === 0 && t("admin.nothing")}
      <Tabs
        activeKey={asked.get("tab") ?? tabs[0]?.key ?? ""}
        onChange={(tab) => ask({ tab }, { replace: true })}
        destroyOnHidden
        items={tabs.map(({ key, children }) => ({ key, label: t(`admin.${key}`), children }))}
      />
    </Flex>
  );
}
