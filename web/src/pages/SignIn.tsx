import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Form, Input, Tabs, theme, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, keptKey, type Schemas } from "../api/client";
import { setLanguage } from "../i18n";
import { ProblemAlert } from "../parts/ProblemAlert";
import { issuerAnswer, tokenOf } from "./issuerAnswer";
import { NewPassword } from "./NewPassword";

type SessionWrite = Schemas["SessionWrite"];
const ORGANISATION = "shanhai-organisation";

/** The first page: by user name and password, by the organisation's own sign-in, or by a key. */
export function SignIn({ session }: { session: Schemas["SessionRead"] | null }) {
  const { t, i18n } = useTranslation();
  const { token } = theme.useToken();
  return (
    <Flex
      vertical
      align="center"
      justify="center"
      gap={16}
      style={{ minHeight: "100vh", boxSizing: "border-box", padding: 16, background: token.colorBgLayout }}
      id="main"
    >
      <Typography.Title level={1} style={{ marginBottom: 0 }}>
        山海 Shanhai
      </Typography.Title>
      <Typography.Text type="secondary">{t("tagline")}</Typography.Text>
      <Card style={{ width: "100%", maxWidth: 420 }}>
        {session?.person ? <NewPassword personId={session.person.id} /> : <Ways />}
      </Card>
      <Button type="link" onClick={() => setLanguage(i18n.language === "en" ? "zh" : "en")}>
        {t("common.language")}
      </Button>
    </Flex>
  );
}

function Ways() {
  const { t } = useTranslation();
  const [given] = useState(() => issuerAnswer(window.location.search, window.location.hash));
  useEffect(() => {
    // A token stays in no history and on no screen; nobody is signed in by a link without saying so.
    if (given) window.history.replaceState(null, "", window.location.pathname);
  }, [given]);
  const client = useQueryClient();
  const enter = useMutation({
    mutationFn: async (body: Partial<SessionWrite> & { key?: string }) => {
      if (body.id_token) localStorage.setItem(ORGANISATION, body.organisation_id ?? "");
      if (body.key === undefined) return dataOf(api.POST("/v1/sessions", { body: body as SessionWrite }));
      keptKey.set(body.key.trim());
      try {
        return await dataOf(api.GET("/v1/sessions/current"));
      } catch (error) {
        keptKey.clear();
        throw error;
      }
    },
    onSuccess: (session) => client.setQueryData(["session"], session),
  });
  const submit = (
    <Button type="primary" htmlType="submit" block loading={enter.isPending}>
      {t("signIn.submit")}
    </Button>
  );
  const must = [{ required: true, message: t("common.required") }];
  return (
    <Flex vertical gap={12}>
      <Tabs
        defaultActiveKey={given ? "issuer" : "password"}
        onChange={() => enter.reset()}
        items={[
          {
            key: "password",
            label: t("signIn.byPassword"),
            children: (
              <Form layout="vertical" onFinish={enter.mutate} requiredMark={false}>
                <Form.Item name="user_name" label={t("signIn.userName")} rules={must}>
                  <Input autoComplete="username" />
                </Form.Item>
                <Form.Item name="password" label={t("signIn.password")} rules={must}>
                  <Input.Password autoComplete="current-password" />
                </Form.Item>
                {submit}
              </Form>
            ),
          },
          {
            key: "key",
            label: t("signIn.byKey"),
            children: (
              <Form layout="vertical" onFinish={enter.mutate} requiredMark={false}>
                <Form.Item name="key" label={t("signIn.key")} rules={must} extra={t("signIn.keyNote")}>
                  <Input.Password autoComplete="off" />
                </Form.Item>
                {submit}
              </Form>
            ),
          },
          {
            key: "issuer",
            label: t("signIn.byIssuer"),
            children: (
              <Form
                layout="vertical"
                onFinish={(body: { organisation_id: string; id_token: string }) =>
                  enter.mutate({ organisation_id: body.organisation_id.trim(), id_token: tokenOf(body.id_token) })
                }
                requiredMark={false}
                initialValues={{ organisation_id: given?.organisation_id || localStorage.getItem(ORGANISATION), id_token: given?.id_token }}
              >
                {given && <Alert type="info" showIcon role="status" title={t("signIn.given")} style={{ marginBottom: 12 }} />}
                <Form.Item name="organisation_id" label={t("signIn.organisation")} rules={must}>
                  <Input autoComplete="organization" placeholder="org_…" />
                </Form.Item>
                <Form.Item name="id_token" label={t("signIn.idToken")} rules={must} extra={given ? undefined : t("signIn.issuerNote")}>
                  <Input.TextArea rows={3} autoComplete="off" spellCheck={false} />
                </Form.Item>
                {submit}
              </Form>
            ),
          },
        ]}
      />
      <ProblemAlert error={enter.error} />
    </Flex>
  );
}
