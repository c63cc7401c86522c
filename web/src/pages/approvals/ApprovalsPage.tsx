import { Button, Flex, Segmented, Select, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, dataOf } from "../../api/client";
import "../../parts/choiceWords";
import { instant } from "../../parts/dates";
import { PersonName } from "../../parts/names";
import { PagedTable } from "../../parts/PagedTable";
import { usePaged } from "../../parts/usePaged";
import { useSession } from "../../shell/session";
import { ApprovalDrawer, STATE_COLOUR } from "./ApprovalDrawer";
import { Subject, wordsOf, type Approval } from "./Subject";
import "./words";

const STATES: Approval["state"][] = ["submitted", "approved", "returned", "withdrawn"];
const ACTIONS: Approval["action"][] = ["profile.publish", "opportunity.recommend", "hold.release", "assessment.submit"];

/** What waits for a second person, oldest first; and what was decided, newest first. */
export default function ApprovalsPage() {
  const { t } = useTranslation();
  const { person } = useSession();
  const [asked, ask] = useSearchParams();
  const state = (asked.get("state") ?? "submitted") as Approval["state"];
  const action = (asked.get("action") ?? undefined) as Approval["action"] | undefined;
  const query = { state, action, newest_first: state !== "submitted" };
  const paged = usePaged(["approvals", query], (cursor) =>
    dataOf(api.GET("/v1/approvals", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const set = (name: string, value: string | undefined) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  const decided = state !== "submitted";
  return (
    <Flex vertical gap={16}>
      <div>
        <Typography.Title level={3} style={{ margin: 0 }}>
          {t("approvals.title")}
        </Typography.Title>
        <Typography.Text type="secondary">{t("approvals.intro")}</Typography.Text>
      </div>
      <Flex gap={8} wrap role="search">
        <div style={{ maxWidth: "100%", overflowX: "auto" }}>
          <Segmented
            aria-label={t("approvals.state")}
            value={state}
            onChange={(next) => set("state", next)}
            options={STATES.map((one) => ({ value: one, label: t(`approvals.state_${one}`) }))}
          />
        </div>
        <Select
          aria-label={t("approvals.action")}
          placeholder={t("approvals.action")}
          allowClear
          style={{ minWidth: 200 }}
          value={action ?? null}
          onChange={(next) => set("action", next ?? undefined)}
          options={ACTIONS.map((one) => ({ value: one, label: t(wordsOf("action", one)) }))}
        />
      </Flex>
      <PagedTable<Approval>
        cards
        paged={paged}
        rowKey="id"
        locale={{ emptyText: decided ? t("common.nothing") : <span>{t("approvals.introNone")}</span> }}
        columns={[
          { title: t("approvals.action"), dataIndex: "action", render: (one: Approval["action"]) => t(wordsOf("action", one)) },
          {
            title: t("approvals.subject"),
            key: "subject",
            render: (_, one) => (
              <div style={{ maxWidth: 360, whiteSpace: "normal" }}>
                <Subject approval={one} />
              </div>
            ),
          },
          {
            title: t("approvals.submittedBy"),
            key: "by",
            render: (_, one) => (
              <Flex gap={6} align="center">
                <PersonName id={one.submitted_by_person_id} otherwise={t("approvals.byKey")} />
                {person && one.submitted_by_person_id === person.id && <Tag>{t("approvals.mine")}</Tag>}
              </Flex>
            ),
          },
          { title: t("approvals.submittedAt"), dataIndex: "created_at", render: instant },
          ...(decided
            ? [
                { title: t("approvals.decidedBy"), dataIndex: "decided_by_person_id", render: (id: string | null) => <PersonName id={id} /> },
                { title: t("approvals.decidedAt"), dataIndex: "decided_at", render: instant },
              ]
            : []),
          {
            title: t("approvals.state"),
            dataIndex: "state",
            render: (one: Approval["state"]) => <Tag color={STATE_COLOUR[one]}>{t(`approvals.state_${one}`)}</Tag>,
          },
          {
            title: t("common.actions"),
            key: "open",
            render: (_, one) => (
              <Button size="small" onClick={() => set("id", one.id)}>
                {t("approvals.open")}
              </Button>
            ),
          },
        ]}
      />
      <ApprovalDrawer id={asked.get("id")} onClose={() => set("id", undefined)} />
    </Flex>
  );
}
