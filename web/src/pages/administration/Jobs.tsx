import { ReloadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Progress, Select, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { PersonName } from "../../parts/names";
import { PagedTable } from "../../parts/PagedTable";
import { FieldProblem, ProblemAlert } from "../../parts/ProblemAlert";
import { detailOf, titleOf } from "../../parts/problems";
import { fileOf, percentOf } from "../../parts/useExport";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";
import "./jobWords";

type Job = Schemas["JobRead"];
const STATES: Job["state"][] = ["queued", "running", "done", "failed", "cancelled"];
const COLOUR: Record<Job["state"], string> = { queued: "gold", running: "blue", done: "green", failed: "red", cancelled: "default" };
const isOpen = ({ state }: Job) => state === "queued" || state === "running";

/** What is done beside the pages, how far it is, and what came of it. */
export function Jobs() {
  const { t, i18n } = useTranslation();
  const mayCancel = useMay("jobs:write");
  const [state, setState] = useState<Job["state"]>();
  const [kind, setKind] = useState<string>();
  const paged = usePaged(
    ["jobs", state, kind],
    (cursor) => dataOf(api.GET("/v1/jobs", { params: { query: { state, kind, limit: 20, cursor } } })),
    true,
    // Only while something moves.
    (items) => (items.some(isOpen) ? 2_000 : false),
  );
  const kindName = (one: string) => {
    const key = `jobs.kind_${one.replace(".", "_")}`;
    return i18n.exists(key) ? t(key) : one;
  };
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("jobs.intro")}</Typography.Text>
      <Flex gap={8} wrap role="search">
        <Select
          aria-label={t("jobs.state")}
          placeholder={t("jobs.state")}
          allowClear
          style={{ width: 140 }}
          value={state ?? null}
          onChange={(next) => setState(next ?? undefined)}
          options={STATES.map((one) => ({ value: one, label: t(`jobs.state_${one}`) }))}
        />
        <Select
          aria-label={t("jobs.kind")}
          placeholder={t("jobs.kind")}
          allowClear
          style={{ width: 160 }}
          value={kind ?? null}
          onChange={(next) => setKind(next ?? undefined)}
          options={["import", "export"].map((one) => ({ value: one, label: kindName(one) }))}
        />
        <Button icon={<ReloadOutlined />} onClick={paged.refresh}>
          {t("common.refresh")}
        </Button>
      </Flex>
      <PagedTable<Job>
        cards
        paged={paged}
        rowKey="id"
        expandable={{ expandedRowRender: (one) => <Details one={one} /> }}
        columns={[
          { title: t("jobs.kind"), dataIndex: "kind", render: kindName },
          {
            title: t("jobs.who"),
            key: "who",
            render: (_, one) => <PersonName id={one.person_id} otherwise={t(one.organisation_id ? "jobs.byKey" : "jobs.byService")} />,
          },
          {
            title: t("jobs.state"),
            dataIndex: "state",
            render: (one: Job["state"], row) => (
              <Tag color={COLOUR[one]}>{row.cancel_requested && isOpen(row) ? t("jobs.cancelling") : t(`jobs.state_${one}`)}</Tag>
            ),
          },
          {
            title: t("jobs.progress"),
            key: "progress",
            render: (_, one) => {
              const percent = percentOf(one);
              if (percent === null) return "—";
              const status = one.state === "failed" ? "exception" : isOpen(one) ? "active" : "normal";
              return <Progress percent={percent} size="small" status={status} style={{ width: 140, margin: 0 }} aria-label={t("jobs.progress")} />;
            },
          },
          { title: t("jobs.created"), dataIndex: "created_at", render: instant },
          { title: t("jobs.finished"), dataIndex: "finished_at", render: instant },
          {
            title: t("common.actions"),
            key: "actions",
            render: (_, one) => (
              <Flex gap={4} wrap>
                {fileOf(one) && <OpenFile id={fileOf(one) ?? ""} />}
                {mayCancel && isOpen(one) && !one.cancel_requested && (
                  <ActButton
                    label={t("jobs.cancel")}
                    sentence={t("jobs.cancelSays")}
                    button={{ size: "small", danger: true }}
                    changes={[["jobs"]]}
                    run={() => dataOf(api.POST("/v1/jobs/{job_id}/cancel", { params: { path: { job_id: one.id }, header: versionTag(one) } }))}
                  />
                )}
              </Flex>
            ),
          },
        ]}
      />
    </Flex>
  );
}

/** Opens a file that a job has made; its link is read when it is asked for, for it lapses in a day. */
function OpenFile({ id }: { id: string }) {
  const { t } = useTranslation();
  const may = useMay("files:read");
  const open = useMutation({
    mutationFn: () => dataOf(api.GET("/v1/files/{file_id}", { params: { path: { file_id: id } } })),
    onSuccess: (file) => window.location.assign(file.link),
  });
  if (!may) return null;
  return (
    <div>
      <Button size="small" loading={open.isPending} onClick={() => open.mutate()}>
        {t("jobs.file")}
      </Button>
      <ProblemAlert error={open.error} />
    </div>
  );
}

function Details({ one }: { one: Job }) {
  const { t, i18n } = useTranslation();
  const { problem } = one;
  const detail = problem && detailOf(problem, i18n.language);
  return (
    <Flex vertical gap={4} style={{ overflowWrap: "anywhere" }}>
      {problem && (
        <div>
          <Typography.Text type="danger">{`${t("jobs.problem")}: ${titleOf(problem, i18n.language)}`}</Typography.Text>
          {detail && (
            <div lang="en">
              <Typography.Text type="secondary">{detail}</Typography.Text>
            </div>
          )}
          <ul style={{ margin: 0 }}>
            {(problem.errors ?? []).map((field, place) => (
              <li key={place}>
                <code>{field.pointer}</code> <FieldProblem field={field} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {one.result && <span>{`${t("jobs.result")}: ${Object.entries(one.result).map(([name, value]) => `${name} ${String(value)}`).join(" · ")}`}</span>}
      <Typography.Text type="secondary">
        {t("jobs.attempts", { attempts: one.attempts, most: one.most_attempts })}
        {one.state === "queued" && one.attempts > 0 && ` · ${t("jobs.again", { at: instant(one.run_after) })}`}
      </Typography.Text>
      <Typography.Text type="secondary" copyable={{ text: one.id }}>
        {t("jobs.id")} {one.id}
      </Typography.Text>
    </Flex>
  );
}
