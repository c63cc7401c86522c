import { useQuery } from "@tanstack/react-query";
import { Alert, Flex, Form, Input, Select, Spin, Tabs, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, dataOf } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import "../../parts/choiceWords";
import { instant, today } from "../../parts/dates";
import { useRules } from "../../parts/limits";
import { OrganisationSelect } from "../../parts/organisations";
import { PairingSelect } from "../../parts/pairings";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useMay, useSession } from "../../shell/session";
import { LedgerView } from "../ledger/LedgerView";
import "../ledger/words";
import { Bulletins } from "./Bulletins";
import { FormExport } from "./FormExport";
import { Indicators } from "./Indicators";
import { OtherYears } from "./OtherYears";
import { Packs } from "./Packs";
import { ProgressChart } from "./ProgressChart";
import { PERIODS, PROGRAMMES, scopeOf, type Scope } from "./scope";
import "./setWords";
import { Shortfalls } from "./Shortfalls";
import { Submissions } from "./Submissions";
import { Summary } from "./Summary";
import { Targets } from "./Targets";
import "./words";

/** What is asked of the page, as its address says it. */
interface Asked extends Scope {
  pairing_id: string | undefined;
  years_back: number | undefined;
}

/** The leader's page: points, rank and what is at risk first; then every indicator, and what all of it rests on. */
export default function AssessmentPage() {
  const { t } = useTranslation();
  const [params, ask] = useSearchParams();
  const { organisation } = useSession();
  const may = { ledger: useMay("ledger:read"), targets: useMay("targets:read") };
  const isAuthority = organisation.kind === "authority" || organisation.kind === "platform";
  const asked: Asked = {
    ...scopeOf(params, Number(today().slice(0, 4))),
    pairing_id: params.get("pairing_id") || undefined,
    years_back: params.has("years_back") ? Number(params.get("years_back")) : undefined,
  };
  const set = (key: string, value: string | undefined) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(key, value);
      else next.delete(key);
      return next;
    });
  const tabs = [
    { key: "page", label: t("assess.tabPage"), children: <Page asked={asked} set={set} /> },
    ...(may.ledger ? [{ key: "ledger", label: t("assess.tabLedger"), children: <LedgerView /> }] : []),
    ...(may.targets
      ? [
          { key: "targets", label: t("assessSet.view_targets"), children: <Targets scope={asked} /> },
          { key: "bulletins", label: t("assessSet.view_bulletins"), children: <Bulletins scope={asked} /> },
          { key: "packs", label: t("assessSet.view_packs"), children: <Packs scope={asked} /> },
        ]
      : []),
    { key: "submissions", label: t("assess.tabSubmissions"), children: <Submissions year={asked.year} programme={asked.programme} organisationId={asked.organisation_id} /> },
  ];
  const tab = params.get("tab") ?? "page";
  return (
    <Flex vertical gap={8}>
      <Typography.Title level={3} style={{ margin: 0 }}>
        {t("assess.title")}
      </Typography.Title>
      {tab !== "ledger" && (
        <Flex gap={8} wrap role="search">
          {isAuthority && (
            <OrganisationSelect
              aria-label={t("assess.organisation")}
              placeholder={t("assess.chooseOrganisation")}
              allowClear
              style={{ width: 280, maxWidth: "100%" }}
              value={asked.organisation_id}
              onChange={(id) => set("organisation_id", id)}
            />
          )}
          <Choices asked={asked} set={set} />
        </Flex>
      )}
      <Tabs activeKey={tab} onChange={(next) => ask((before) => withTab(before, next))} items={tabs} destroyOnHidden />
    </Flex>
  );
}

/** The address of another tab: what only the ledger is asked for is left behind. */
function withTab(before: URLSearchParams, tab: string): URLSearchParams {
  const next = new URLSearchParams(before);
  for (const key of ["state", "measure", "pairing", "since", "until"]) next.delete(key);
  if (tab === "page") next.delete("tab");
  else next.set("tab", tab);
  return next;
}

interface Choosing {
  asked: Asked;
  set: (key: string, value: string | undefined) => void;
}

function Choices({ asked, set }: Choosing) {
  const { t } = useTranslation();
  const now = Number(today().slice(0, 4));
  return (
    <>
      <Select
        aria-label={t("assess.year")}
        value={asked.year}
        onChange={(next) => set("year", String(next))}
        options={[now - 5, now - 4, now - 3, now - 2, now - 1, now, now + 1].map((one) => ({ value: one, label: String(one) }))}
      />
      <Select
        aria-label={t("assess.programme")}
        style={{ minWidth: 130 }}
        value={asked.programme}
        onChange={(next) => set("programme", next)}
        options={PROGRAMMES.map((one) => ({ value: one, label: t(`choice.programme_${one}`) }))}
      />
      <Select
        aria-label={t("assess.period")}
        style={{ minWidth: 120 }}
        value={asked.period}
        onChange={(next) => set("period", next)}
        options={PERIODS.map((one) => ({ value: one, label: t(`assess.period_${one}`) }))}
      />
    </>
  );
}

function Page({ asked, set }: Choosing) {
  const { t, i18n } = useTranslation();
  const { organisation } = useSession();
  const maySubmit = useMay("assessments:submit");
  const mayHear = useMay("events:read");
  const isAuthority = organisation.kind === "authority";
  const { year, ...query } = asked;
  const { data, error, isPending } = useQuery({
    queryKey: ["assessment", year, query, i18n.language],
    queryFn: () => dataOf(api.GET("/v1/assessments/{year}", { params: { path: { year }, query } })),
    enabled: !isAuthority || query.organisation_id !== undefined,
  });
  if (isAuthority && query.organisation_id === undefined) return <Typography.Text type="secondary">{t("assess.chooseFirst")}</Typography.Text>;
  return (
    <Flex vertical gap={16}>
      <Flex justify="space-between" gap={12} wrap align="start">
        <div>
          <Typography.Title level={4} style={{ margin: 0 }}>
            {data?.organisation_name ?? " "}
          </Typography.Title>
          {data && <Typography.Text type="secondary">{`${data.pack.name} · ${t("assess.asOf", { at: instant(data.as_of) })}`}</Typography.Text>}
        </div>
        <Flex gap={8} wrap align="start">
          <PairingSelect
            aria-label={t("assess.pairing")}
            placeholder={t("assess.allPairings")}
            allowClear
            regionCode={data?.region_code ?? organisation.region_code ?? undefined}
            programme={query.programme}
            style={{ width: 260, maxWidth: "100%" }}
            value={query.pairing_id ?? null}
            onChange={(id) => set("pairing_id", id ?? undefined)}
          />
          <Select
            aria-label={t("assess.yearsBack")}
            style={{ width: 150 }}
            value={query.years_back ?? 1}
            onChange={(back) => set("years_back", String(back))}
            options={[0, 1, 2, 3, 4, 5].map((back) => ({ value: back, label: t("assess.beside", { count: back }) }))}
          />
          <FormExport year={year} query={query} />
          {maySubmit && data && !isAuthority && <Submit asked={asked} />}
        </Flex>
      </Flex>
      <ProblemAlert error={error} />
      {isPending && !error && <Spin />}
      {data && (
        <>
          {data.pack.is_example && <Alert type="warning" showIcon title={t("assess.example")} />}
          <Summary data={data} />
          {mayHear && data.organisation_id === organisation.id && <Shortfalls data={data} />}
          <ProgressChart indicators={data.indicators} />
          <Indicators data={data} />
          <OtherYears data={data} />
        </>
      )}
    </Flex>
  );
}

/** Freezes the page as it stands; where the organisation wants that, once a second person has approved. */
function Submit({ asked: { programme, year, period, pairing_id } }: { asked: Asked }) {
  const { t } = useTranslation();
  const rules = useRules("SubmissionWrite");
  return (
    <FormDialog<{ note?: string }>
      label={t("assess.submit")}
      button={{ type: "primary" }}
      changes={[["assessment"], ["submissions"]]}
      run={({ note }, key) =>
        dataOf(
          api.POST("/v1/submissions", {
            params: { header: { "idempotency-key": key } },
            body: { programme, year, period, pairing_id: pairing_id ?? null, note: note || null },
          }),
        )
      }
    >
      <Typography.Paragraph strong>{`${year} · ${t(`choice.programme_${programme}`)} · ${t(`assess.period_${period}`)}`}</Typography.Paragraph>
      <Typography.Paragraph>{t("assess.submitSays")}</Typography.Paragraph>
      <Form.Item name="note" label={t("assess.submitNote")} rules={rules("note")}>
        <Input.TextArea rows={2} />
      </Form.Item>
    </FormDialog>
  );
}
