import { BulbOutlined, GlobalOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Checkbox, Flex, Form, Input, Layout, Result, Spin, Typography } from "antd";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { dataOf, linkedBy, Refused, type Schemas } from "../../api/client";
import { setLanguage } from "../../i18n";
import { instant } from "../../parts/dates";
import { fieldErrors } from "../../parts/fieldErrors";
import { limitOf, useObjection, useRules } from "../../parts/limits";
import { SyntheticMark } from "../../parts/Marks";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useScheme } from "../../shell/scheme";
import { AskedFigure } from "./AskedFigure";
import { confirmed, corrections, kindOf, stated, type Asked, type AskedField, type Value } from "./corrections";
import "./words";

/** What whoever holds a one-time link sees: no account, no menu, the figures and who answers. */
export default function AnswerPage() {
  const { t } = useTranslation();
  const secret = useLocation().hash.slice(1);
  const linked = useMemo(() => linkedBy(secret), [secret]);
  const { data, error } = useQuery({
    queryKey: ["profile-answer", secret],
    queryFn: () => dataOf(linked.GET("/v1/profile-answer")),
    enabled: secret !== "",
    // What is filled in must not be overwritten by what is on record.
    staleTime: Infinity,
  });
  const [sent, setSent] = useState(false);
  const send = useMutation({
    mutationFn: (body: Schemas["ProfileAnswerWrite"]) => dataOf(linked.POST("/v1/profile-answer", { body })),
    onSuccess: () => setSent(true),
  });
  const isGone = [error, send.error].some((one) => one instanceof Refused && one.status === 401);
  if (secret === "") return <Told status="info" title={t("answer.noSecret")} note={t("answer.noSecretNote")} />;
  if (sent) return <Told status="success" title={t("answer.sent")} note={t("answer.sentNote", { who: data?.asked_by })} />;
  if (isGone) return <Told status="warning" title={t("answer.gone")} note={t("answer.goneNote")} />;
  return (
    <Page>
      <ProblemAlert error={error} />
      {data === undefined ? !error && <Spin /> : <Question asked={data} send={send.mutate} error={send.error} busy={send.isPending} />}
    </Page>
  );
}

interface QuestionProps {
  asked: Asked;
  send: (body: Schemas["ProfileAnswerWrite"]) => void;
  error: unknown;
  busy: boolean;
}

function Question({ asked, send, error, busy }: QuestionProps) {
  const { t, i18n } = useTranslation();
  const object = useObjection();
  const rules = useRules("Answerer");
  const noteRules = useRules("ProfileAnswerWrite");
  const [values, setValues] = useState(() => stated(asked.fields));
  const [isChecked, check] = useState(false);
  const said = new Map(fieldErrors(error, i18n.language).map((one) => [one.name.at(-1), one.errors.join(" ")]));
  const objectionAt = ({ field }: AskedField) => object({ ...(kindOf(field) === "number" ? { minimum: 0 } : {}), ...limitOf("ProfileWrite", field) }, values[field]);
  const changed = corrections(asked.fields, values);
  const isSound = asked.fields.every((field) => objectionAt(field) === null);
  const finish = ({ note, ...by }: Schemas["ProfileAnswerWrite"]["answered_by"] & { note?: string }) =>
    send({ answered_by: { name: by.name, office: by.office, title: by.title || null }, corrections: changed, note: note || null });
  return (
    <Flex vertical gap={16}>
      <Card>
        <Flex vertical gap={8}>
          <Typography.Text type="secondary">{t("answer.asks", { who: asked.asked_by })}</Typography.Text>
          <Typography.Title level={3} style={{ margin: 0 }}>
            {asked.site_name ?? asked.region_name} <SyntheticMark is={asked.is_synthetic} />
          </Typography.Title>
          <Typography.Text type="secondary">{`${asked.region_name} · ${t("answer.until", { at: instant(asked.expires_at) })}`}</Typography.Text>
          {asked.message && <Alert type="info" title={<span style={{ whiteSpace: "pre-wrap" }}>{asked.message}</span>} />}
          {asked.is_synthetic && <Alert type="warning" showIcon title={t("answer.synthetic")} />}
          <span>{t("answer.how")}</span>
        </Flex>
      </Card>
      <Card>
        {asked.fields.map((field) => (
          <AskedFigure
            key={field.field}
            field={field}
            value={values[field.field] ?? null}
            change={(value: Value) => setValues((before) => ({ ...before, [field.field]: value }))}
            problem={objectionAt(field) ?? said.get(field.field)}
          />
        ))}
      </Card>
      <Card title={t("answer.who")}>
        <Form layout="vertical" onFinish={finish} scrollToFirstError>
          <Flex gap={12} wrap>
            <Form.Item name="name" label={t("answer.name")} rules={rules("name")} style={{ flex: "1 1 140px" }}>
              <Input autoComplete="name" />
            </Form.Item>
            <Form.Item name="office" label={t("answer.office")} rules={rules("office")} style={{ flex: "2 1 220px" }}>
              <Input autoComplete="organization" />
            </Form.Item>
            <Form.Item name="title" label={t("answer.jobTitle")} rules={rules("title")} style={{ flex: "1 1 140px" }}>
              <Input autoComplete="organization-title" />
            </Form.Item>
          </Flex>
          <Form.Item name="note" label={t("answer.note")} rules={noteRules("note")}>
            <Input.TextArea autoSize={{ minRows: 2 }} />
          </Form.Item>
          <Flex vertical gap={12}>
            <Checkbox checked={isChecked} onChange={(event) => check(event.target.checked)}>
              {t("answer.checked")}
            </Checkbox>
            <ProblemAlert error={error} />
            <Flex gap={12} wrap align="center" justify="space-between">
              <span role="status">
                <strong>
                  {t("answer.counts", { confirmed: confirmed(asked.fields, values), corrected: Object.keys(changed).length })}
                </strong>{" "}
                <Typography.Text type="secondary">{t("answer.once")}</Typography.Text>
              </span>
              <Button type="primary" size="large" htmlType="submit" disabled={!isChecked || !isSound} loading={busy}>
                {t("answer.send")}
              </Button>
            </Flex>
          </Flex>
        </Form>
      </Card>
    </Flex>
  );
}

function Told({ status, title, note }: { status: "success" | "warning" | "info"; title: string; note: string }) {
  return (
    <Page>
      <Result status={status} title={title} subTitle={note} role="status" />
    </Page>
  );
}

/** Head and width of a page that stands outside of the console's frame. */
function Page({ children }: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const [scheme, setScheme] = useScheme();
  return (
    <Layout style={{ minHeight: "100vh" }}>
      <main id="main" style={{ maxWidth: 760, width: "100%", margin: "0 auto", padding: 12, boxSizing: "border-box" }}>
        <Flex justify="space-between" align="center" style={{ marginBottom: 12 }}>
          <Typography.Title level={1} style={{ fontSize: 20, margin: 0 }}>
            {`山海 Shanhai · ${t("answer.title")}`}
          </Typography.Title>
          <Flex>
            <Button
              type="text"
              aria-label={t("common.language")}
              icon={<GlobalOutlined />}
              onClick={() => setLanguage(i18n.language === "en" ? "zh" : "en")}
            />
            <Button
              type="text"
              aria-label={t(scheme === "dark" ? "common.light" : "common.dark")}
              icon={<BulbOutlined />}
              onClick={() => setScheme(scheme === "dark" ? "light" : "dark")}
            />
          </Flex>
        </Flex>
        {children}
      </main>
    </Layout>
  );
}
