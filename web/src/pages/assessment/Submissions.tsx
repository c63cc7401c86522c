import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Descriptions, Drawer, Flex, Skeleton, Tag, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { instant } from "../../parts/dates";
import { ExportButton } from "../../parts/ExportButton";
import { PersonName } from "../../parts/names";
import { OrganisationName } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { saveFile } from "../../parts/saveFile";
import { usePaged } from "../../parts/usePaged";
import { useSession } from "../../shell/session";
import { Indicators } from "./Indicators";
import type { Assessment } from "./risks";
import { isSigned } from "./signed";
import { Summary } from "./Summary";

type Brief = Schemas["SubmissionBrief"];

interface Props {
  year: number;
  programme: Assessment["programme"];
  organisationId: string | undefined;
}

/** What was handed in for a year: each as it was signed, whatever has changed since. */
export function Submissions({ year, programme, organisationId }: Props) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const [opened, open] = useState<string | null>(null);
  const query = { year, programme, organisation_id: organisationId };
  const paged = usePaged(["submissions", query], (cursor) =>
    dataOf(api.GET("/v1/submissions", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const newest = paged.items.reduce<Record<string, string>>((last, one) => ({ ...last, [keyOf(one)]: one.id }), {});
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("assess.submissionsIntro")}</Typography.Text>
      <PagedTable<Brief>
        cards
        paged={paged}
        rowKey="id"
        columns={[
          {
            title: t("assess.submittedAt"),
            key: "at",
            render: (_, one) => (
              <Flex vertical gap={2} align="start">
                <Button type="link" style={{ padding: 0 }} onClick={() => open(one.id)}>
                  {instant(one.submitted_at)}
                </Button>
                {newest[keyOf(one)] === one.id && paged.more === null && <Tag color="green">{t("assess.counts")}</Tag>}
              </Flex>
            ),
          },
          ...(organisation.kind === "authority"
            ? [{ title: t("assess.organisation"), key: "who", render: (_: unknown, one: Brief) => <OrganisationName id={one.organisation_id} /> }]
            : []),
          { title: t("assess.period"), dataIndex: "period", render: (period: string) => t(`assess.period_${period}`) },
          { title: t("assess.signers"), key: "signers", render: (_, one) => <Signers one={one} /> },
          { title: t("assess.submitNote"), dataIndex: "note", render: (note: string | null) => note ?? "—" },
          { title: "SHA-256", dataIndex: "sha256", render: (hash: string) => <Typography.Text code copyable={{ text: hash }}>{hash.slice(0, 12)}</Typography.Text> },
        ]}
      />
      <Drawer open={opened !== null} onClose={() => open(null)} size={1000} destroyOnHidden title={t("assess.submission")} styles={{ wrapper: { maxWidth: "100vw" } }}>
        {opened !== null && <Signed id={opened} />}
      </Drawer>
    </Flex>
  );
}

// The newest of the same organisation and period is the one that counts.
const keyOf = (one: Brief) => `${one.organisation_id} ${one.period} ${one.pairing_id ?? ""}`;

function Signers({ one }: { one: Brief }) {
  const { t } = useTranslation();
  return (
    <>
      <PersonName id={one.submitted_by_person_id} otherwise={t("assess.byProgram")} />
      {one.approved_by_person_id && (
        <>
          {" · "}
          {t("assess.approvedBy")} <PersonName id={one.approved_by_person_id} />
        </>
      )}
    </>
  );
}

function Signed({ id }: { id: string }) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const { data, error } = useQuery({
    queryKey: ["submission", id],
    queryFn: () => dataOf(api.GET("/v1/submissions/{submission_id}", { params: { path: { submission_id: id } } })),
    staleTime: Infinity,
  });
  const check = useQuery({
    queryKey: ["submission", id, "check"],
    queryFn: () => isSigned(data!.signed_text, data!.sha256),
    enabled: data !== undefined,
    staleTime: Infinity,
  });
  if (error) return <ProblemAlert error={error} />;
  if (data === undefined) return <Skeleton active />;
  // The text was signed in Chinese, in the very shape of the page.
  const content = data.content as unknown as Assessment;
  return (
    <Flex vertical gap={16}>
      <Descriptions
        size="small"
        column={1}
        styles={{ label: { color: token.colorTextSecondary } }}
        items={[
          { key: "who", label: t("assess.organisation"), children: <OrganisationName id={data.organisation_id} /> },
          { key: "at", label: t("assess.submittedAt"), children: instant(data.submitted_at) },
          { key: "signers", label: t("assess.signers"), children: <Signers one={data} /> },
          {
            key: "hash",
            label: "SHA-256",
            children: (
              <Typography.Text code copyable style={{ overflowWrap: "anywhere" }}>
                {data.sha256}
              </Typography.Text>
            ),
          },
          ...(data.note ? [{ key: "note", label: t("assess.submitNote"), children: data.note }] : []),
        ]}
      />
      {check.data === true && <Alert type="success" showIcon title={t("assess.hashFits")} />}
      {check.data === false && <Alert type="error" showIcon title={t("assess.hashFails")} />}
      <Flex gap={8} wrap align="start">
        <ExportButton what={{ kind: "submission", format: "xlsx", parameters: { submission_id: data.id } }}>{t("assess.export")}</ExportButton>
        <Button onClick={() => saveFile(new Blob([data.signed_text], { type: "application/json" }), `${data.id}.json`)}>{t("assess.signedText")}</Button>
      </Flex>
      <Summary data={content} />
      <Indicators data={content} />
    </Flex>
  );
}
