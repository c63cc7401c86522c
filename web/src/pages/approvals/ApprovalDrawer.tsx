import { useQuery } from "@tanstack/react-query";
import { Alert, Descriptions, Drawer, Flex, Form, Input, Skeleton, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { PersonName } from "../../parts/names";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { Intended } from "./Intended";
import { Subject, wordsOf, type Approval } from "./Subject";

export const STATE_COLOUR: Record<Approval["state"], string> = {
  submitted: "gold",
  approved: "green",
  returned: "red",
  withdrawn: "default",
};

/** One submission: what would change, and what may be done about it. */
export function ApprovalDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["approvals", "one", id],
    queryFn: () => dataOf(api.GET("/v1/approvals/{approval_id}", { params: { path: { approval_id: id ?? "" } } })),
    enabled: id !== null,
  });
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      size={data?.action === "assessment.submit" ? 1100 : 760}
      destroyOnHidden
      title={data ? t(wordsOf("action", data.action)) : t("approvals.title")}
      styles={{ wrapper: { maxWidth: "100vw" } }}
      footer={data && data.id === id && <Decision approval={data} onDone={onClose} />}
    >
      <ProblemAlert error={error} />
      {!data && !error && <Skeleton active />}
      {data && data.id === id && <Shown approval={data} />}
    </Drawer>
  );
}

function Shown({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const waits = approval.state === "submitted";
  return (
    <Flex vertical gap={16}>
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: "subject", label: t("approvals.subject"), children: <Subject approval={approval} /> },
          {
            key: "state",
            label: t("approvals.state"),
            children: <Tag color={STATE_COLOUR[approval.state]}>{t(`approvals.state_${approval.state}`)}</Tag>,
          },
          {
            key: "submitted",
            label: t("approvals.submittedBy"),
            children: (
              <span>
                <PersonName id={approval.submitted_by_person_id} otherwise={t("approvals.byKey")} /> · {instant(approval.created_at)}
              </span>
            ),
          },
          ...(approval.decided_at
            ? [
                {
                  key: "decided",
                  label: t("approvals.decidedBy"),
                  children: (
                    <span>
                      <PersonName id={approval.decided_by_person_id} otherwise={t("approvals.byKey")} /> · {instant(approval.decided_at)}
                    </span>
                  ),
                },
              ]
            : []),
          ...(approval.comment ? [{ key: "comment", label: t("approvals.comment"), children: approval.comment }] : []),
        ]}
      />
      {waits && <Alert type="info" title={t(wordsOf("then", approval.action))} />}
      <Intended approval={approval} />
    </Flex>
  );
}

function Decision({ approval, onDone }: { approval: Approval; onDone: () => void }) {
  const { t } = useTranslation();
  const { person } = useSession();
  const [mayDecide, mayWrite] = [useMay("approvals:decide"), useMay("approvals:write")];
  if (approval.state !== "submitted") return null;
  const own = approval.submitted_by_person_id === (person?.id ?? null);
  const params = { path: { approval_id: approval.id }, header: versionTag(approval) };
  // An approval publishes, opens, releases or submits: whatever is shown of that is read anew.
  const changes = [[]];
  // Back to the list, where the next one waits.
  const done = async (asked: Promise<Approval>) => {
    const decided = await asked;
    onDone();
    return decided;
  };
  const why = person === null ? "keyCannot" : own ? "own" : mayDecide ? null : "cannot";
  return (
    <Flex gap={8} wrap justify="end" align="center">
      {why && (
        <Typography.Text type="secondary" style={{ marginInlineEnd: "auto" }}>
          {t(`approvals.${why}`)}
        </Typography.Text>
      )}
      {own && mayWrite && (
        <ActButton
          label={t("approvals.withdraw")}
          sentence={t("approvals.withdrawSays")}
          changes={changes}
          run={() => done(dataOf(api.POST("/v1/approvals/{approval_id}/withdraw", { params })))}
        />
      )}
      {why === null && (
        <>
          <FormDialog<{ comment: string }>
            label={t("approvals.return")}
            button={{ danger: true }}
            changes={changes}
            run={(body) => done(dataOf(api.POST("/v1/approvals/{approval_id}/return", { params, body })))}
          >
            <Typography.Paragraph>{t("approvals.returnSays")}</Typography.Paragraph>
            <Form.Item name="comment" label={t("approvals.returnComment")} rules={[{ required: true, whitespace: true, message: t("common.required") }]}>
              <Input.TextArea rows={3} maxLength={5000} placeholder={t("approvals.returnPlaceholder")} />
            </Form.Item>
          </FormDialog>
          <ActButton
            label={t("approvals.approve")}
            sentence={t("approvals.approveSays")}
            button={{ type: "primary" }}
            changes={changes}
            run={() => done(dataOf(api.POST("/v1/approvals/{approval_id}/approve", { params })))}
          />
        </>
      )}
    </Flex>
  );
}
