import { FileTextOutlined, LockOutlined } from "@ant-design/icons";
import { Button, Checkbox, DatePicker, Flex, Form, Input, InputNumber, Modal, Space, Tag, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { amount } from "../../parts/amounts";
import { asDay, dayOf } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { unitName } from "../../parts/units";
import { ageOf, ageType } from "./figures";
import type { Draft } from "./ProfileForm";

interface Props {
  field: string;
  unit: string;
  value: number | null;
  change: (value: number | null) => void;
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  mayEdit: boolean;
  problem: string | undefined;
}

/** A figure with its unit, how old it is, what it rests on, and whether others see it as a band. */
export function FigureRow({ field, unit, value, change, draft, set, mayEdit, problem }: Props) {
  const { t, i18n } = useTranslation();
  const title = useFieldName()(field);
  const [open, setOpen] = useState(false);
  const evidence = draft.evidence[field];
  const band = draft.bands[field];
  const restricted = draft.restricted_fields.includes(field);
  const age = ageOf(draft, field);
  const restrict = (on: boolean) =>
    set({ restricted_fields: on ? [...draft.restricted_fields, field] : draft.restricted_fields.filter((one) => one !== field) });
  const evidenceText = evidence ? [evidence.source, evidence.document_no].filter(Boolean).join(" · ") : "";
  const known = value !== null || band !== undefined;
  return (
    <div role="group" aria-label={title} style={{ paddingBlock: 8, borderBottom: "1px solid rgba(128,128,128,.18)" }}>
      <Flex justify="space-between" align="center" gap={8} wrap>
        <label htmlFor={`figure-${field}`}>{title}</label>
        {mayEdit ? (
          <Space.Compact style={{ width: 250, maxWidth: "100%" }}>
            <InputNumber
              id={`figure-${field}`}
              value={value}
              onChange={(next) => change(next)}
              status={problem ? "error" : undefined}
              aria-invalid={problem ? true : undefined}
              aria-describedby={problem ? `figure-${field}-problem` : undefined}
              inputMode="decimal"
              placeholder={t("common.unknown")}
              style={{ width: "100%" }}
              controls={false}
            />
            <Space.Addon>{unitName(unit, i18n.language)}</Space.Addon>
          </Space.Compact>
        ) : (
          <Typography.Text strong={known} type={known ? undefined : "secondary"} className="numbers">
            {known ? amount(value, unit, i18n.language, band) : t("common.unknown")}
            {band && <Tag style={{ marginInlineStart: 8, marginInlineEnd: 0 }}>{t("profiles.banded")}</Tag>}
          </Typography.Text>
        )}
      </Flex>
      {problem && (
        <Typography.Text type="danger" role="alert" id={`figure-${field}-problem`}>
          {problem}
        </Typography.Text>
      )}
      <Flex gap={12} align="center" wrap style={{ fontSize: 12, marginTop: 2 }}>
        {known && (
          <Typography.Text type={ageType(age) ?? "secondary"} style={{ fontSize: 12 }}>
            {age <= 0 ? t("profiles.todayAgo") : t("profiles.daysAgo", { days: age })}
          </Typography.Text>
        )}
        {mayEdit ? (
          <>
            <Button size="small" type="link" style={{ paddingInline: 0, fontSize: 12, height: "auto", maxWidth: "100%", whiteSpace: "normal", textAlign: "start", overflowWrap: "anywhere" }} icon={<FileTextOutlined />} onClick={() => setOpen(true)}>
              {evidenceText || t("profiles.noEvidence")}
            </Button>
            <Tooltip title={t("profiles.restrict")}>
              <Checkbox checked={restricted} onChange={(event) => restrict(event.target.checked)} style={{ fontSize: 12 }}>
                <LockOutlined /> {t("profiles.restricted")}
              </Checkbox>
            </Tooltip>
          </>
        ) : (
          known && (
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>
              <FileTextOutlined /> {evidenceText || t("profiles.noEvidence")}
            </Typography.Text>
          )
        )}
      </Flex>
      <EvidenceDialog
        key={String(open)}
        open={open}
        title={t("profiles.evidenceOf", { name: title })}
        value={evidence}
        close={() => setOpen(false)}
        change={(next) => {
          const { [field]: _, ...others } = draft.evidence;
          set({ evidence: next === undefined ? others : { ...others, [field]: next } });
          setOpen(false);
        }}
      />
    </div>
  );
}

type Evidence = Draft["evidence"][string];

interface DialogProps {
  open: boolean;
  title: string;
  value: Evidence | undefined;
  close: () => void;
  change: (value: Evidence | undefined) => void;
}

function EvidenceDialog({ open, title, value, close, change }: DialogProps) {
  const { t } = useTranslation();
  const [edited, edit] = useState<Evidence>(value ?? {});
  const save = () => change(edited.as_of || edited.source || edited.document_no ? edited : undefined);
  return (
    <Modal
      open={open}
      title={title}
      onCancel={close}
      onOk={save}
      footer={(_, { OkBtn, CancelBtn }) => (
        <>
          {value && (
            <Button danger onClick={() => change(undefined)}>
              {t("profiles.remove")}
            </Button>
          )}
          <CancelBtn />
          <OkBtn />
        </>
      )}
    >
      <Form layout="vertical" component="div">
        <Form.Item label={t("profiles.evidenceAsOf")} htmlFor="evidence-as-of">
          <DatePicker id="evidence-as-of" value={asDay(edited.as_of)} onChange={(day) => edit({ ...edited, as_of: dayOf(day) })} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item label={t("profiles.source")} htmlFor="evidence-source">
          <Input id="evidence-source" value={edited.source ?? ""} onChange={(event) => edit({ ...edited, source: event.target.value || null })} />
        </Form.Item>
        <Form.Item label={t("profiles.documentNo")} htmlFor="evidence-document">
          <Input id="evidence-document" value={edited.document_no ?? ""} onChange={(event) => edit({ ...edited, document_no: event.target.value || null })} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
