import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Progress } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { pageWords } from "../i18n/pageWords";
import { useMay } from "../shell/session";
import { ProblemAlert } from "./ProblemAlert";
import { detailOf, titleOf } from "./problems";
import { percentOf, useExport } from "./useExport";

pageWords(
  "export",
  { queued: "排队中", running: "正在生成", open: "下载 {{format}}", failed: "没有生成", until: "链接一天内有效" },
  { queued: "Waiting", running: "Being made", open: "Download {{format}}", failed: "Not made", until: "The link is good for a day" },
);

/** A button that has a file made, shows how far it is, and turns into its link. */
export function ExportButton({ what, children }: { what: Schemas["ExportWrite"]; children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const permitted = [useMay("exports:write"), useMay("jobs:read"), useMay("files:read")].every(Boolean);
  const { ask, job, file, busy, error } = useExport();
  if (!permitted) return null;
  if (file)
    return (
      <Button type="primary" icon={<DownloadOutlined />} href={file.link} title={`${file.name} · ${t("export.until")}`}>
        {t("export.open", { format: what.format.toUpperCase() })}
      </Button>
    );
  return (
    <Flex vertical gap={4} style={{ minWidth: 160 }} aria-live="polite">
      <Button icon={<DownloadOutlined />} loading={busy} onClick={() => ask(what)}>
        {job && busy ? t(job.state === "queued" ? "export.queued" : "export.running") : children}
      </Button>
      {job && busy && <Progress percent={percentOf(job) ?? 0} size="small" status="active" />}
      {job?.state === "failed" && (
        <Alert type="error" showIcon role="alert" title={job.problem ? titleOf(job.problem, i18n.language) : t("export.failed")} description={[job.problem && detailOf(job.problem, i18n.language), job.id].filter(Boolean).join(" · ")} />
      )}
      <ProblemAlert error={error} />
    </Flex>
  );
}
