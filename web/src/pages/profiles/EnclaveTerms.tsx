import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { figure } from "../../parts/numbers";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { ProfileName } from "../../parts/names";
import { oneProfile } from "../../parts/one";
import { RegionName } from "../../parts/reference";
import { unitName } from "../../parts/units";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import type { Profile } from "./figures";
import { hasTerms, SHARED, sidesOf, SIDES, toBody, toValues, type Terms, type TermsValues } from "./terms";
import { TermsFields } from "./TermsForm";
import "./termsWords";

const CHANGES = [["enclave-terms"]];

/** The terms of one enclave, or of all in which the caller has part. */
export function EnclaveTerms({ profile }: { profile?: Profile }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("enclaves:write");
  const query = { profile_id: profile?.id };
  const paged = usePaged(["enclave-terms", query], (cursor) =>
    dataOf(api.GET("/v1/enclave-terms", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const isEmpty = paged.items.length === 0 && !paged.loading && !paged.error;
  const mayEnter = profile !== undefined && mayWrite && isEmpty && hasTerms(profile) && sidesOf(organisation, profile, profile).length > 0;
  const enter = (values: TermsValues, key: string) =>
    dataOf(
      api.POST("/v1/enclave-terms", {
        params: { header: { "idempotency-key": key } },
        body: { ...toBody(values), profile_id: profile!.id },
      }),
    );
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" gap={12} wrap>
        <Typography.Text type="secondary" style={{ maxWidth: 760 }}>
          {t("terms.intro")}
        </Typography.Text>
        {mayEnter && (
          <FormDialog<TermsValues> label={t("terms.enter")} button={{ type: "primary" }} run={enter} changes={CHANGES}>
            <TermsFields />
          </FormDialog>
        )}
      </Flex>
      <ProblemAlert error={paged.error} />
      {paged.items.map((terms) => (
        <OneTerms key={terms.id} terms={terms} isNamed={profile === undefined} />
      ))}
      {isEmpty && <Typography.Text type="secondary">{t(profile && !hasTerms(profile) ? "terms.notEnclave" : "terms.none")}</Typography.Text>}
      {(paged.more || paged.loading) && (
        <Button onClick={paged.more ?? undefined} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

function OneTerms({ terms, isNamed }: { terms: Terms; isNamed: boolean }) {
  const { t, i18n } = useTranslation();
  const { data: place } = useQuery(oneProfile(terms.profile_id));
  const money = unitName("10k CNY", i18n.language);
  const share = (value: number | null | undefined) =>
    value === null || value === undefined ? <Typography.Text type="secondary">{t("terms.notSaid")}</Typography.Text> : `${figure(value * 100, 4)}%`;
  const missing = SIDES.filter((side) => !terms.agreed_by.includes(side));
  return (
    <Card
      size="small"
      title={
        <Flex gap={8} wrap align="center" style={{ paddingBlock: 4 }}>
          {isNamed && <ProfileName id={terms.profile_id} />}
          {missing.length === 0 && <Tag color="green">{t("terms.both")}</Tag>}
          {missing.map((side) => (
            <Tag key={side} color="gold">
              {t(`terms.waits_${side}`)}
            </Tag>
          ))}
          {terms.document_no && <Typography.Text type="secondary">{terms.document_no}</Typography.Text>}
        </Flex>
      }
    >
      <Flex vertical gap={12}>
        <Table
          size="small"
          pagination={false}
          rowKey="what"
          style={{ maxWidth: 620 }}
          dataSource={SHARED.map((what) => ({ what }))}
          columns={[
            { title: t("terms.what"), dataIndex: "what", render: (what: string) => <span style={{ whiteSpace: "nowrap" }}>{t(`terms.${what}`)}</span> },
            {
              title: (
                <>
                  {t("terms.home")}{" "}
                  {terms.home_region_codes.map((code) => (
                    <Typography.Text type="secondary" key={code} style={{ fontWeight: 400, display: "block" }}>
                      <RegionName code={code} />
                    </Typography.Text>
                  ))}
                </>
              ),
              key: "home",
              align: "right",
              render: (_, { what }) => share(terms[`home_${what}_share`]),
            },
            {
              title: (
                <>
                  {t("terms.host")}
                  {place && (
                    <Typography.Text type="secondary" style={{ fontWeight: 400, display: "block" }}>
                      <RegionName code={place.region_code} />
                    </Typography.Text>
                  )}
                </>
              ),
              key: "host",
              align: "right",
              render: (_, { what }) => share(terms[`host_${what}_share`]),
            },
          ]}
        />
        {terms.village_investments.length > 0 && (
          <Table
            size="small"
            rowKey={(row) => `${row.region_code}${row.village_name}`}
            pagination={terms.village_investments.length > 10 ? { pageSize: 10, size: "small" } : false}
            scroll={{ x: "max-content" }}
            dataSource={terms.village_investments}
            columns={[
              { title: t("terms.village"), dataIndex: "village_name" },
              { title: t("terms.county"), dataIndex: "region_code", render: (code: string) => <RegionName code={code} /> },
              { title: `${t("terms.capital")} (${money})`, dataIndex: "capital_10k_cny", align: "right", render: (value: number) => figure(value) },
              { title: t("terms.rate"), dataIndex: "yearly_return_rate", align: "right", render: (value: number) => `${figure(value * 100, 4)}%` },
              { title: t("terms.fixedUntil"), dataIndex: "fixed_until", render: (day: string | null) => day ?? "—" },
            ]}
          />
        )}
        <Flex gap={16} wrap>
          {terms.village_investments.length > 0 && (
            <span>
              {t("terms.income")} <strong>{`${figure(terms.yearly_village_income_10k_cny)} ${money}`}</strong>
            </span>
          )}
          {terms.until && <span>{`${t("terms.until")} ${terms.until}`}</span>}
        </Flex>
        {terms.note && <Typography.Text style={{ whiteSpace: "pre-wrap" }}>{terms.note}</Typography.Text>}
        <TermsActions terms={terms} place={place} />
      </Flex>
    </Card>
  );
}

function TermsActions({ terms, place }: { terms: Terms; place: Profile | undefined }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("enclaves:write");
  const sides = sidesOf(organisation, terms, place);
  if (!mayWrite || sides.length === 0) return null;
  const params = { path: { terms_id: terms.id }, header: versionTag(terms) };
  return (
    <Flex gap={8} wrap>
      {sides.some((side) => !terms.agreed_by.includes(side)) && (
        <ActButton
          label={t("terms.agree")}
          sentence={t("terms.agreeSays")}
          button={{ type: "primary", size: "small" }}
          changes={CHANGES}
          run={() => dataOf(api.PUT("/v1/enclave-terms/{terms_id}/agreement", { params }))}
        />
      )}
      <FormDialog<TermsValues>
        label={t("terms.change")}
        button={{ size: "small" }}
        initial={toValues(terms)}
        changes={CHANGES}
        run={(values) => dataOf(api.PATCH("/v1/enclave-terms/{terms_id}", { params, body: toBody(values) }))}
      >
        <Typography.Paragraph type="secondary">{t("terms.changeSays")}</Typography.Paragraph>
        <TermsFields />
      </FormDialog>
    </Flex>
  );
}
