import { InboxOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Drawer, Flex, Progress, Radio, Tag, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../api/client";
import { pageWords } from "../i18n/pageWords";
import { useFieldName } from "./fieldWords";
import { PagedTable } from "./PagedTable";
import { FieldProblem, ProblemAlert } from "./ProblemAlert";
import { detailOf, titleOf } from "./problems";
import { saveFile } from "./saveFile";
import { saveTemplate, settled, useImport, type Kind, type Mode } from "./useImport";
import { usePaged } from "./usePaged";

type Import = Schemas["ImportRead"];

pageWords(
  "importing",
  {
    title: "导入表格",
    template: "下载模板",
    drop: "点击选择，或把文件拖到这里",
    formats: "Excel (xlsx)、CSV 或 NDJSON；先检查，不会直接入库。",
    wrongFormat: "这种文件读不了：{{name}}",
    checking: "正在检查",
    storing: "正在入库",
    counts: "{{accepted}} 行可以导入，{{refused}} 行有问题，{{duplicate}} 行已经录入过",
    stored: "已导入 {{stored}} 行",
    notStored: "没有导入：有问题的行见下表",
    line: "行",
    column: "列",
    detail: "问题",
    errors: "有问题的地方",
    errorsSheet: "下载问题清单 (Excel)",
    conversions: "已换算",
    go: "导入",
    row_by_row: "导入没有问题的行",
    all_or_nothing: "全部没有问题才导入",
    another: "换一个文件",
  },
  {
    title: "Import a sheet",
    template: "Template",
    drop: "Choose a file, or drop it here",
    formats: "Excel (xlsx), CSV or NDJSON. It is checked first; nothing is stored yet.",
    wrongFormat: "This kind of file cannot be read: {{name}}",
    checking: "Being checked",
    storing: "Being stored",
    counts: "{{accepted}} rows are fine, {{refused}} are not, {{duplicate}} were entered before",
    stored: "{{stored}} rows stored",
    notStored: "Nothing was stored; see the rows below",
    line: "Line",
    column: "Column",
    detail: "What is wrong",
    errors: "What is wrong",
    errorsSheet: "As a sheet (Excel)",
    conversions: "Converted",
    go: "Import",
    row_by_row: "The rows that are fine",
    all_or_nothing: "All rows or none",
    another: "Another file",
  },
);

interface Props {
  kind: Kind;
  open: boolean;
  onClose: () => void;
  onStored: () => void;
}

/** A sheet is sent, checked with every bad row explained, and stored only when somebody says so. */
export function ImportDrawer({ kind, open, onClose, onStored }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      open={open}
      onClose={onClose}
      size={760}
      destroyOnHidden
      title={t("importing.title")}
      styles={{ wrapper: { maxWidth: "100vw" } }}
    >
      <Steps kind={kind} onStored={onStored} />
    </Drawer>
  );
}

function Steps({ kind, onStored }: Pick<Props, "kind" | "onStored">) {
  const { t, i18n } = useTranslation();
  const [mode, setMode] = useState<Mode>("row_by_row");
  const { send, store, reset, sending, check, stored, error } = useImport(kind);
  const template = useMutation({ mutationFn: () => saveTemplate(kind, i18n.language === "en" ? "en" : "zh") });
  const shown = stored ?? check;
  if (sending || (shown && !settled(shown.state)))
    return <Underway one={shown} word={t(stored ? "importing.storing" : "importing.checking")} />;
  if (shown === undefined)
    return (
      <Flex vertical gap={12}>
        <Upload.Dragger
          accept=".xlsx,.csv,.ndjson,.jsonl"
          showUploadList={false}
          beforeUpload={(file) => {
            send(file);
            return false;
          }}
        >
          <InboxOutlined style={{ fontSize: 40 }} />
          <Typography.Paragraph strong>{t("importing.drop")}</Typography.Paragraph>
          <Typography.Text type="secondary">{t("importing.formats")}</Typography.Text>
        </Upload.Dragger>
        <Button onClick={() => template.mutate()} loading={template.isPending} style={{ alignSelf: "start" }}>
          {t("importing.template")}
        </Button>
        <ProblemAlert error={error ?? template.error} />
      </Flex>
    );
  return (
    <Flex vertical gap={16}>
      <Outcome one={shown} />
      <ProblemAlert error={error} />
      {stored === undefined && shown.rows_accepted > 0 && (
        <Flex gap={12} wrap align="center">
          <Radio.Group
            value={mode}
            onChange={(event) => setMode(event.target.value as Mode)}
            options={(["row_by_row", "all_or_nothing"] as const).map((value) => ({ value, label: t(`importing.${value}`) }))}
          />
          <Button type="primary" onClick={() => store(mode, { onSuccess: onStored })}>
            {t("importing.go")}
          </Button>
        </Flex>
      )}
      <Conversions one={shown} />
      {shown.errors > 0 && <Errors one={shown} />}
      <Button onClick={reset} style={{ alignSelf: "start" }}>
        {t("importing.another")}
      </Button>
    </Flex>
  );
}

function Underway({ one, word }: { one: Import | undefined; word: string }) {
  const percent = one?.progress_of ? Math.round((100 * one.progress_done) / one.progress_of) : 0;
  return (
    <div role="status">
      <Typography.Text>{word}</Typography.Text>
      <Progress percent={percent} status="active" aria-label={word} />
    </div>
  );
}

function Outcome({ one }: { one: Import }) {
  const { t, i18n } = useTranslation();
  if (one.problem) {
    const said = [detailOf(one.problem, i18n.language), one.id].filter(Boolean).join(" · ");
    return <Alert type="error" showIcon role="alert" title={titleOf(one.problem, i18n.language)} description={said} />;
  }
  const counts = t("importing.counts", {
    accepted: one.rows_accepted,
    refused: one.rows_refused,
    duplicate: one.rows_duplicate,
  });
  if (one.mode === "validate_only")
    return <Alert type={one.rows_refused > 0 ? "warning" : "success"} showIcon role="status" title={counts} />;
  const done = one.state === "done";
  return (
    <Alert
      type={done ? "success" : "error"}
      showIcon
      role="status"
      title={done ? t("importing.stored", { stored: one.rows_stored }) : t("importing.notStored")}
      description={counts}
    />
  );
}

function Conversions({ one }: { one: Import }) {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  if (one.conversions.length === 0) return null;
  return (
    <div>
      <Typography.Text strong>{t("importing.conversions")}</Typography.Text>
      <Flex gap={4} wrap>
        {one.conversions.map((each) => (
          <Tag key={`${each.column}${each.kind}${each.first_line}`}>
            {nameOf(each.field)}: {each.first_from} → {each.first_to} ×{each.cells}
          </Tag>
        ))}
      </Flex>
    </div>
  );
}

function Errors({ one }: { one: Import }) {
  const { t } = useTranslation();
  const paged = usePaged(["import errors", one.id], (cursor) =>
    dataOf(
      api.GET("/v1/imports/{import_id}/errors", {
        params: { path: { import_id: one.id }, query: { cursor, limit: 50 } },
      }),
    ),
  );
  const sheet = useMutation({
    mutationFn: () =>
      dataOf(api.GET("/v1/imports/{import_id}/errors.xlsx", { params: { path: { import_id: one.id } }, parseAs: "blob" })),
    onSuccess: (content) => saveFile(content as unknown as Blob, `${t("importing.errors")}-${one.id}.xlsx`),
  });
  return (
    <section aria-label={t("importing.errors")}>
      <Flex justify="end" style={{ marginBottom: 8 }}>
        <Button size="small" loading={sheet.isPending} onClick={() => sheet.mutate()}>
          {t("importing.errorsSheet")}
        </Button>
      </Flex>
      <ProblemAlert error={sheet.error} />
      <PagedTable<Schemas["ImportErrorRead"]>
        paged={paged}
        rowKey="number"
        scroll={undefined}
        size="small"
        columns={[
          { title: t("importing.line"), dataIndex: "line", width: 60 },
          { title: t("importing.column"), key: "column", width: 130, render: (_, each) => each.column ?? each.pointer },
          { title: t("importing.detail"), key: "detail", render: (_, each) => <FieldProblem field={each} /> },
        ]}
      />
    </section>
  );
}
