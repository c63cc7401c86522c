import { BulbOutlined, GlobalOutlined, LogoutOutlined, MenuOutlined } from "@ant-design/icons";
import { Badge, Button, Drawer, Flex, Grid, Layout, Menu, Space, Tooltip, Typography } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { setLanguage } from "../i18n";
import { pagesOf } from "./pages";
import { useScheme } from "./scheme";
import { useSession, useSignOut } from "./session";
import { useWaiting } from "./useWaiting";

/** Head with the pages, language and colours, around every page. */
export function Frame({ children }: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const { organisation, person, permissions } = useSession();
  const waiting = useWaiting();
  const signOut = useSignOut();
  const [scheme, setScheme] = useScheme();
  const [open, setOpen] = useState(false);
  const wide = Grid.useBreakpoint().lg;
  const here = useLocation().pathname.split("/")[1] ?? "";
  const items = pagesOf(permissions).map((page) => ({
    key: page,
    label: (
      <Link to={`/${page}`} onClick={() => setOpen(false)} aria-current={here === page ? "page" : undefined}>
        {t(`menu.${page}`)}
        {page === "approvals" && waiting.count > 0 && (
          <Badge
            count={waiting.text}
            color="#c81e1e"
            title={t("menu.waiting", { count: waiting.count })}
            style={{ marginInlineStart: 6, boxShadow: "none" }}
          />
        )}
      </Link>
    ),
  }));
  const name = person ? `${organisation.name} · ${person.name}` : organisation.name;
  return (
    <Layout style={{ minHeight: "100vh" }}>
      <a className="skip-link" href="#main">
        {i18n.language === "en" ? "Skip to content" : "跳到正文"}
      </a>
      <Layout.Header style={{ paddingInline: wide ? 24 : 12 }}>
        <Flex align="center" gap={16} style={{ height: "100%" }}>
          {!wide && (
            <Button
              type="text"
              aria-label={t("menu.open")}
              icon={<MenuOutlined style={{ color: "#fff" }} />}
              onClick={() => setOpen(true)}
            />
          )}
          <Link to="/" style={{ lineHeight: 1 }}>
            <Typography.Text strong style={{ color: "#fff", fontSize: 20, whiteSpace: "nowrap" }}>
              山海 Shanhai
            </Typography.Text>
          </Link>
          {wide ? (
            <Menu
              theme="dark"
              mode="horizontal"
              selectedKeys={[here]}
              items={items}
              style={{ flex: 1, minWidth: 0 }}
            />
          ) : (
            <span style={{ flex: 1 }} />
          )}
          <Space size={4}>
            {wide && (
              <Tooltip title={t("menu.account")}>
                <Link to="/administration?tab=account" className="account-link">
                  {name}
                </Link>
              </Tooltip>
            )}
            <Tooltip title={t("common.language")}>
              <Button
                type="text"
                aria-label={t("common.language")}
                icon={<GlobalOutlined style={{ color: "#fff" }} />}
                onClick={() => setLanguage(i18n.language === "en" ? "zh" : "en")}
              />
            </Tooltip>
            <Tooltip title={t(scheme === "dark" ? "common.light" : "common.dark")}>
              <Button
                type="text"
                aria-label={t(scheme === "dark" ? "common.light" : "common.dark")}
                icon={<BulbOutlined style={{ color: "#fff" }} />}
                onClick={() => setScheme(scheme === "dark" ? "light" : "dark")}
              />
            </Tooltip>
            <Tooltip title={t("signIn.out")}>
              <Button
                type="text"
                aria-label={t("signIn.out")}
                icon={<LogoutOutlined style={{ color: "#fff" }} />}
                onClick={() => void signOut()}
              />
            </Tooltip>
          </Space>
        </Flex>
      </Layout.Header>
      <Drawer open={open} placement="left" onClose={() => setOpen(false)} title={name} size={260}>
        <Menu mode="inline" selectedKeys={[here]} items={items} style={{ borderInlineEnd: 0 }} />
      </Drawer>
      <Layout.Content id="main" style={{ padding: wide ? 24 : 12 }}>
        {children}
      </Layout.Content>
    </Layout>
  );
}
