import { Flex, Tabs, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import "../../parts/choiceWords";
import { useMay } from "../../shell/session";
import { Feed } from "./Feed";
import { Searches } from "./Searches";
import "./words";

/** What has happened, and what one wants to be told of. */
export default function AlertsPage() {
  const { t } = useTranslation();
  const [asked, ask] = useSearchParams();
  const tabs = [
    { key: "events", may: useMay("events:read"), children: <Feed /> },
    { key: "searches", may: useMay("searches:read"), children: <Searches /> },
  ].filter(({ may }) => may);
  return (
    <Flex vertical gap={8}>
      <Typography.Title level={3} style={{ margin: 0 }}>
        {t("events.title")}
      </Typography.Title>
      <Tabs
        activeKey={asked.get("tab") ?? tabs[0]?.key ?? ""}
        onChange={(tab) => ask({ tab }, { replace: true })}
        destroyOnHidden
        items={tabs.map(({ key, children }) => ({ key, label: t(`events.tab_${key}`), children }))}
      />
    </Flex>
  );
}
