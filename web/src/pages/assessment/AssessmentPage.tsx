import { useQuery } from "@tanstack/react-query";
import { Alert, Flex, Input, Form, Select, Spin, Tabs, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, dataOf } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import "../../parts/choiceWords";
import { instant, today } from "../../parts/dates";
import { OrganisationSelect } from "../../parts/organisations";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useMay, useSession } from "../../shell/session";
import { Bulletins } from "./Bulletins";
import { FormExport } from "./FormExport";
import { Indicators } from "./Indicators";
import { Packs } from "./Packs";
import { ProgressChart } from "./ProgressChart";
import { PERIODS, PROGRAMMES, scopeOf, type Scope } from "./scope";
import "./setWords";
import { Submissions } from "./Submissions";
import { Summary } from "./Summary";
import { Targets } from "./Targets";
import "./words";

/** The leader's page, and beside it what it rests on: targets, bulletins, packs, and what was submitted. */
export default function AssessmentPage() {
  const { t } = useTranslation();
  const [asked, ask] = useSearchParams();
  const { organisation } = useSession();
  const now = Number(today().slice(0, 4));
  const scope = scopeOf(asked, now);
  const mayTargets = useMay("targets:read");
  const isAuthority = organisation.kind === "authority" || organisation.kind === "platform";
  const set = (key: string, value: string | undefined) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(key, value);
      else next.delete(key);
      return next;
    });
  const views = [
    { key: "page", children: <Page scope={scope} /> },
    ...(mayTargets
      ? [
          { key: "targets", children: <Targets scope={scope} /> },
          { key: "bulletins", children: <Bulletins scope={scope} /> },
          { key: "packs", children: <Packs scope={scope} /> },
        ]
      : []),
    { key: "submissions", children: <Submissions scope={scope} /> },
  ];
  return (
    <Flex vertical gap={12}>
      <Typography.Title level={3} style={{ margin: 0 }}>
        {t("assess.title")}
      </Typography.Title>
      <Flex gap={8} wrap role="search">
        {isAuthority && (
          <OrganisationSelect
            aria-label={t("assess.organisation")}
            placeholder={t("assess.chooseOrganisation")}
            allowClear
            style={{ minWidth: 260 }}
            value={scope.organisation_id}
            onChange={(id) => set("organisation_id", id ?? undefined)}
          />
        )}
        <Select
          aria-label={t("assess.year")}
          value={scope.year}
          onChange={(next) => set("year", String(next))}
          options={[now - 2, now - 1, now, now + 1].map((one) => ({ value: one, label: String(one) }))}
        />
        <Select
          aria-label={t("assess.programme")}
          style={{ minWidth: 130 }}
          value={scope.programme}
          onChange={(next) => set("programme", next)}
          options={PROGRAMMES.map((one) => ({ value: one, label: t(`choice.programme_${one}`) }))}
        />
        <Select
          aria-label={t("assess.period")}
          style={{ minWidth: 120 }}
          value={scope.period}
          onChange={(next) => set("period", next)}
          options={PERIODS.map((one) => ({ value: one, label: t(`assess.period_${one}`) }))}
        />
      </Flex>
      <Tabs
        activeKey={asked.get("view") ?? "page"}
        onChange={(view) => set("view", view === "page" ? undefined : view)}
        destroyOnHidden
        items={views.map(({ key, children }) => ({ key, label: t(`assessSet.view_${key}`), children }))}
      />
    </Flex>
  );
}

/** Points, rank and what is at risk first; then every indicator with its projection. */
function Page({ scope }: { scope: Scope }) {
  const { t, i18n } = useTranslation();
  const { organisation } = useSession();
  const maySubmit = useMay("assessments:submit");
  const { year, ...query } = scope;
  const isAuthority = organisation.kind === "authority";
  const isAsked = !isAuthority || query.organisation_id !== undefined;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["assessment", year, query, i18n.language],
    queryFn: () => dataOf(api.GET("/v1/assessments/{year}", { params: { path: { year }, query } })),
    enabled: isAsked,
  });
  if (!isAsked) return <Alert type="info" showIcon title={t("assess.chooseFirst")} />;
  return (
    <Flex vertical gap={16}>
      <Flex justify="space-between" gap={12} wrap align="start">
        <div>
          {data && (
            <>
              <Typography.Title level={4} style={{ margin: 0 }}>
                {data.organisation_name}
              </Typography.Title>
              <Typography.Text type="secondary">{`${data.pack.name} · ${t("assess.asOf", { at: instant(data.as_of) })}`}</Typography.Text>
            </>
          )}
        </div>
        <Flex gap={8} wrap>
          <FormExport year={year} query={query} />
          {maySubmit && data && data.organisation_id === organisation.id && !isAuthority && (
            <FormDialog<{ note?: string }>
              label={t("assess.submit")}
              button={{ type: "primary" }}
              changes={[["assessment"], ["submissions"]]}
              run={({ note }, key) =>
                dataOf(
                  api.POST("/v1/submissions", {
                    params: { header: { "idempotency-key": key } },
                    body: { programme: query.programme, year, period: query.period, note: note || null },
                  }),
                )
              }
            >
              <Typography.Paragraph>{t("assess.submitSays")}</Typography.Paragraph>
              <Form.Item name="note" label={t("assess.submitNote")}>
                <Input.TextArea rows={2} />
              </Form.Item>
            </FormDialog>
          )}
        </Flex>
      </Flex>
      <ProblemAlert error={error} retry={() => void refetch()} />
      {isPending && !error && <Spin />}
      {data && (
        <>
          {data.pack.is_example && <Alert type="warning" showIcon title={t("assess.example")} />}
          <Summary data={data} />
          <ProgressChart indicators={data.indicators} />
          <Indicators data={data} />
        </>
      )}
    </Flex>
  );
}
