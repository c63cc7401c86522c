import { useQuery } from "@tanstack/react-query";
import { Alert, Flex, Input, Form, Select, Spin, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, dataOf } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import "../../parts/choiceWords";
import { instant, today } from "../../parts/dates";
import { OrganisationSelect } from "../../parts/organisations";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useMay, useSession } from "../../shell/session";
import { FormExport } from "./FormExport";
import { Indicators } from "./Indicators";
import { ProgressChart } from "./ProgressChart";
import type { Assessment } from "./risks";
import { Summary } from "./Summary";
import "./words";

const PROGRAMMES = ["mountain_sea", "east_west", "other"] as const;
const PERIODS = ["first_quarter", "first_half", "first_three_quarters", "year"] as const;

/** The leader's page: points, rank and what is at risk first; then every indicator with its projection. */
export default function AssessmentPage() {
  const { t, i18n } = useTranslation();
  const [asked, ask] = useSearchParams();
  const { organisation } = useSession();
  const maySubmit = useMay("assessments:submit");
  const year = Number(asked.get("year") ?? today().slice(0, 4));
  const query = {
    programme: (asked.get("programme") ?? "mountain_sea") as Assessment["programme"],
    period: (asked.get("period") ?? "year") as Assessment["period"],
    organisation_id: asked.get("organisation_id") || undefined,
  };
  const isAuthority = organisation.kind === "authority";
  const { data, error, isPending } = useQuery({
    queryKey: ["assessment", year, query, i18n.language],
    queryFn: () => dataOf(api.GET("/v1/assessments/{year}", { params: { path: { year }, query } })),
    enabled: !isAuthority || query.organisation_id !== undefined,
  });
  const set = (key: string, value: string | undefined) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(key, value);
      else next.delete(key);
      return next;
    });
  const now = Number(today().slice(0, 4));
  const changes = [["assessment"]];
  return (
    <Flex vertical gap={16}>
      <Flex justify="space-between" gap={12} wrap align="start">
        <div>
          <Typography.Title level={3} style={{ margin: 0 }}>
            {data ? `${data.organisation_name} · ${t("assess.title")}` : t("assess.title")}
          </Typography.Title>
          {data && <Typography.Text type="secondary">{`${data.pack.name} · ${t("assess.asOf", { at: instant(data.as_of) })}`}</Typography.Text>}
        </div>
        <Flex gap={8} wrap>
          <FormExport year={year} query={query} />
          {maySubmit && data && !isAuthority && (
            <FormDialog<{ note?: string }>
              label={t("assess.submit")}
              button={{ type: "primary" }}
              changes={changes}
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
      <Flex gap={8} wrap role="search">
        {isAuthority && (
          <OrganisationSelect
            aria-label={t("assess.organisation")}
            placeholder={t("assess.chooseOrganisation")}
            style={{ minWidth: 260, maxWidth: "100%" }}
            value={query.organisation_id}
            onChange={(id) => set("organisation_id", id)}
          />
        )}
        <Select
          aria-label={t("assess.year")}
          value={year}
          onChange={(next) => set("year", String(next))}
          options={[now - 2, now - 1, now, now + 1].map((one) => ({ value: one, label: String(one) }))}
        />
        <Select
          aria-label={t("assess.programme")}
          style={{ minWidth: 130 }}
          value={query.programme}
          onChange={(next) => set("programme", next)}
          options={PROGRAMMES.map((one) => ({ value: one, label: t(`choice.programme_${one}`) }))}
        />
        <Select
          aria-label={t("assess.period")}
          style={{ minWidth: 120 }}
          value={query.period}
          onChange={(next) => set("period", next)}
          options={PERIODS.map((one) => ({ value: one, label: t(`assess.period_${one}`) }))}
        />
      </Flex>
      <ProblemAlert error={error} />
      {isPending && !error && (!isAuthority || query.organisation_id) && <Spin />}
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
