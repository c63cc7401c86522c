import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Flex, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { instant } from "../../parts/dates";
import { ExportButton } from "../../parts/ExportButton";
import { PersonName } from "../../parts/names";
import { OrganisationName } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { useSession } from "../../shell/session";
import { Indicators } from "./Indicators";
import { PairingName } from "./PairingName";
import type { Assessment } from "./risks";
import type { Scope } from "./scope";
import { Summary } from "./Summary";

type Brief = Schemas["SubmissionBrief"];

/** What was frozen, by whom, and with which hash. */
export function Submissions({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const [asked, ask] = useSearchParams();
  const { year, programme, organisation_id } = scope;
  const query = { year, programme, organisation_id };
  const paged = usePaged(["submissions", query], (cursor) =>
    dataOf(api.GET("/v1/submissions", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const show = (id: string | null) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      if (id) next.set("submission", id);
      else next.delete("submission");
      return next;
    });
  // Persons of other organisations are nobody's business here.
  const person = (id: string | null, one: Brief) => (one.organisation_id === organisation.id ? <PersonName id={id} /> : "—");
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("assessSet.submissionsIntro")}</Typography.Text>
      <PagedTable<Brief>
        cards
        paged={paged}
        rowKey="id"
        columns={[
          { title: t("assessSet.organisation"), dataIndex: "organisation_id", render: (id: string) => <OrganisationName id={id} /> },
          { title: t("assess.period"), dataIndex: "period", render: (one: string) => t(`assess.period_${one}`) },
          { title: t("assessSet.pairing"), dataIndex: "pairing_id", render: (id: string | null) => <PairingName id={id} /> },
          { title: t("assessSet.submittedAt"), dataIndex: "submitted_at", render: instant },
          { title: t("assessSet.submittedBy"), dataIndex: "submitted_by_person_id", render: person },
          { title: t("assessSet.approvedBy"), dataIndex: "approved_by_person_id", render: person },
          {
            title: t("assessSet.hash"),
            dataIndex: "sha256",
            render: (hash: string) => <Typography.Text copyable={{ text: hash }} code>{`${hash.slice(0, 12)}…`}</Typography.Text>,
          },
          { title: t("assessSet.note"), dataIndex: "note", render: (text: string | null) => <div style={{ maxWidth: 240, whiteSpace: "normal" }}>{text ?? "—"}</div> },
          {
            title: t("common.actions"),
            key: "open",
            render: (_, one) => (
              <Button size="small" onClick={() => show(one.id)}>
                {t("assessSet.open")}
              </Button>
            ),
          },
        ]}
      />
      <Signed id={asked.get("submission")} onClose={() => show(null)} />
    </Flex>
  );
}

/** What was signed, word for word, and the page that it says. */
function Signed({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["submissions", "one", id],
    queryFn: () => dataOf(api.GET("/v1/submissions/{submission_id}", { params: { path: { submission_id: id ?? "" } } })),
    enabled: id !== null,
  });
  const content = data && data.id === id ? (data.content as unknown as Assessment) : undefined;
  return (
    <Drawer open={id !== null} onClose={onClose} size={1100} destroyOnHidden title={content?.organisation_name ?? t("assessSet.view_submissions")} styles={{ wrapper: { maxWidth: "100vw" } }}>
      <ProblemAlert error={error} />
      {!content && !error && <Skeleton active />}
      {data && content && (
        <Flex vertical gap={16}>
          <Typography.Text type="secondary">{`${content.pack.name} · ${instant(data.submitted_at)}`}</Typography.Text>
          <div>
            <ExportButton what={{ kind: "submission", format: "xlsx", parameters: { submission_id: data.id } }}>Excel</ExportButton>
          </div>
          <Typography.Text copyable={{ text: data.sha256 }} style={{ overflowWrap: "anywhere" }}>{`SHA-256 ${data.sha256}`}</Typography.Text>
          <Summary data={content} />
          <Indicators data={content} />
          <details>
            <summary style={{ cursor: "pointer" }}>{t("assessSet.signed")}</summary>
            <pre style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", maxHeight: 320, overflow: "auto" }} tabIndex={0}>
              {data.signed_text}
            </pre>
          </details>
        </Flex>
      )}
    </Drawer>
  );
}
