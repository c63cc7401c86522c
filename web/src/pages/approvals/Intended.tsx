import { useQuery } from "@tanstack/react-query";
import { Alert, Descriptions, Flex, Skeleton, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { amount } from "../../parts/amounts";
import { instant } from "../../parts/dates";
import { FIELD_UNITS } from "../../parts/fieldUnits";
import { FieldValue } from "../../parts/FieldValue";
import { useFieldName } from "../../parts/fieldWords";
import { points } from "../../parts/numbers";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useMay } from "../../shell/session";
import { Indicators } from "../assessment/Indicators";
import type { Assessment } from "../assessment/risks";
import { Summary } from "../assessment/Summary";
import { changesOf, type Change, type Fields } from "./changes";
import { scopeOf, textOf, useHold, type Approval } from "./Subject";

/** What would be so once it is approved, against what is so now. */
export function Intended({ approval }: { approval: Approval }) {
  switch (approval.action) {
    case "profile.publish":
      return <Profile approval={approval} />;
    case "opportunity.recommend":
      return <Recommendation approval={approval} />;
    case "hold.release":
      return <Release approval={approval} />;
    case "assessment.submit":
      return <Assessed approval={approval} />;
  }
}

function Profile({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const params = { path: { profile_id: approval.noun_id } };
  const stored = useQuery({
    queryKey: ["profile", approval.noun_id],
    queryFn: () => dataOf(api.GET("/v1/profiles/{profile_id}", { params })),
  });
  const published = useQuery({
    queryKey: ["profile-versions", approval.noun_id, "all"],
    queryFn: () => dataOf(api.GET("/v1/profiles/{profile_id}/versions", { params: { ...params, query: { limit: 100 } } })),
  });
  const error = stored.error ?? published.error;
  if (error) return <ProblemAlert error={error} />;
  if (stored.data === undefined || published.data === undefined) return <Skeleton active />;
  const confirms = Object.keys(approval.payload).join() === "unconfirmed";
  // As it was when it was submitted, also where it was approved since.
  const then = published.data.items.find(({ version }) => version <= (approval.noun_version ?? 0));
  const before = (confirms ? undefined : then?.profile) as Fields | undefined;
  const intended = confirms ? figuresOf(stored.data) : (approval.payload as Fields);
  const waits = approval.state === "submitted";
  return (
    <Flex vertical gap={12}>
      {confirms && <Alert type="info" showIcon title={t("approvals.thenConfirm")} />}
      {waits && stored.data.version !== approval.noun_version && <Alert type="warning" showIcon title={t("approvals.changedSince")} />}
      <Typography.Text strong>{t(before ? "approvals.changes" : "approvals.first")}</Typography.Text>
      <Changes rows={changesOf(before ?? null, intended)} withBefore={before !== undefined} />
    </Flex>
  );
}

// What only the service says of a profile is nothing that its county confirms.
const ADDED = new Set(["id", "organisation_id", "entered_by_organisation_id", "approved_by", "bands", "version", "created_at", "updated_at"]);
const figuresOf = (profile: object): Fields => Object.fromEntries(Object.entries(profile).filter(([name]) => !ADDED.has(name)));

function Changes({ rows, withBefore }: { rows: Change[]; withBefore: boolean }) {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  const title = (field: string) =>
    field.startsWith("evidence.") ? t("approvals.evidenceOf", { name: nameOf(field.slice("evidence.".length)) }) : nameOf(field);
  const cell = { style: { overflowWrap: "anywhere", minWidth: 80 } } as const;
  if (rows.length === 0) return <Typography.Text type="secondary">{t("approvals.noChange")}</Typography.Text>;
  return (
    <Table<Change>
      size="small"
      rowKey="field"
      pagination={false}
      dataSource={rows}
      columns={[
        { title: t("approvals.field"), dataIndex: "field", render: title },
        ...(withBefore
          ? [
              {
                title: t("approvals.before"),
                key: "before",
                onCell: () => cell,
                render: (_: unknown, one: Change) => (
                  <Typography.Text type="secondary" delete={one.before !== null}>
                    <FieldValue field={one.field} value={one.before} />
                  </Typography.Text>
                ),
              },
            ]
          : []),
        {
          title: t("approvals.after"),
          key: "after",
          onCell: () => cell,
          render: (_, one) =>
            one.after === null && one.before !== null ? (
              <Typography.Text type="danger">{t("approvals.removed")}</Typography.Text>
            ) : (
              <strong style={{ fontWeight: 500 }}>
                <FieldValue field={one.field} value={one.after} />
              </strong>
            ),
        },
      ]}
    />
  );
}

function Recommendation({ approval }: { approval: Approval }) {
  const { t, i18n } = useTranslation();
  const [project, profile] = [textOf(approval, "project_id"), textOf(approval, "profile_id")];
  const mayMatch = useMay("matches:read");
  const match = useQuery({
    queryKey: ["pair", project, profile, i18n.language],
    queryFn: () =>
      dataOf(
        api.GET("/v1/projects/{project_id}/matches/{profile_id}", {
          params: { path: { project_id: project, profile_id: profile } },
        }),
      ),
    enabled: mayMatch,
  }).data;
  return (
    <Descriptions
      column={1}
      size="small"
      items={[
        { key: "note", label: t("approvals.note"), children: textOf(approval, "note") || "—" },
        ...(match
          ? [
              {
                key: "match",
                label: t("approvals.match"),
                children: (
                  <div>
                    {match.eligible
                      ? t("approvals.eligible", { rank: match.rank, score: points(match.score) })
                      : t("approvals.notEligible") + match.failures.map(({ reason }) => reason).join(" ")}
                    <div>
                      <Typography.Text type="secondary">{match.summary}</Typography.Text>
                    </div>
                  </div>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

function Release({ approval }: { approval: Approval }) {
  const { t, i18n } = useTranslation();
  const nameOf = useFieldName();
  const { data: hold, error } = useHold(approval.noun_id);
  if (error) return <ProblemAlert error={error} />;
  if (hold === undefined) return <Skeleton active />;
  const own = (["land_mu", "floor_area_m2", "power_kva", "labour_persons"] as const)
    .filter((name) => hold[name] !== null)
    .map((name) => `${nameOf(name)} ${amount(hold[name], FIELD_UNITS[name] ?? "", i18n.language)}`);
  return (
    <Descriptions
      column={1}
      size="small"
      items={[
        {
          key: "held",
          label: t("approvals.held"),
          children: (
            <div>
              {own.map((text) => (
                <div key={text}>{text}</div>
              ))}
              {Object.entries(hold.quantities as Record<string, number>).map(([name, value]) => (
                <div key={name}>
                  {nameOf(name)} <FieldValue field={name} value={value} />
                </div>
              ))}
            </div>
          ),
        },
        { key: "until", label: t("approvals.until"), children: instant(hold.expires_at) },
        { key: "reason", label: t("approvals.reason"), children: textOf(approval, "reason") || "—" },
      ]}
    />
  );
}

function Assessed({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const content = (approval.payload as unknown as { content: Assessment }).content;
  const note = scopeOf(approval).note;
  return (
    <Flex vertical gap={12}>
      <Typography.Text strong>
        {t("approvals.submission")}: {content.organisation_name} · {content.pack.name}
      </Typography.Text>
      {note && <span>{`${t("approvals.note")}: ${note}`}</span>}
      <Summary data={content} />
      <Indicators data={content} />
    </Flex>
  );
}
