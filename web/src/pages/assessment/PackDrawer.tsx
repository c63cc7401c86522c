import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Drawer, Flex, Input, InputNumber, Modal, Popconfirm, Skeleton, Table, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { useChange } from "../../parts/actions";
import { figure } from "../../parts/numbers";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { same } from "../../parts/rebased";
import { useDraft } from "../../parts/useDraft";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { useMeasures } from "../ledger/measures";
import "../ledger/words";
import "../opportunities/words";
import { LineForm } from "./LineForm";
import { OutlookForm } from "./OutlookForm";
import { fromDraft, outlookOf, toDraft, type PackDraft } from "./packDraft";
import { PackMeanwhile } from "./PackMeanwhile";
import { BLANK, hundredths, pointsOf, toForm, type Line, type Pack } from "./packs";

/** One pack: every line as it counts; one's own can be changed line by line and is saved as a whole. */
export function PackDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["packs", "one", id],
    queryFn: () => dataOf(api.GET("/v1/indicator-packs/{pack_id}", { params: { path: { pack_id: id ?? "" } } })),
    enabled: id !== null,
  });
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      size={1080}
      destroyOnHidden
      title={data?.name ?? t("assessSet.view_packs")}
      styles={{ wrapper: { maxWidth: "100vw" } }}
    >
      <ProblemAlert error={error} />
      {!data && !error && <Skeleton active />}
      {data && data.id === id && <Editor key={data.id} pack={data} />}
    </Drawer>
  );
}

function Editor({ pack }: { pack: Pack }) {
  const { t, i18n } = useTranslation();
  const { organisation } = useSession();
  const { token } = theme.useToken();
  const mayEdit = useMay("targets:write") && pack.organisation_id === organisation.id;
  const { draft, read, origin, isBehind, set, ...kept } = useDraft<PackDraft>(toDraft(pack));
  const [editing, setEditing] = useState<number | null>(null);
  const isChanged = !same(draft, read);
  const save = useChange(
    async () => {
      const params = { path: { pack_id: pack.id }, header: versionTag(read) };
      const answer = await dataOf(api.PUT("/v1/indicator-packs/{pack_id}", { params, body: fromDraft(draft) }));
      kept.stored(draft, toDraft(answer));
      return answer;
    },
    [["packs"], ["assessment"]],
  );
  const isNew = editing === draft.indicators.length;
  const put = (line: Line) => {
    set({ indicators: isNew ? [...draft.indicators, line] : draft.indicators.map((one, place) => (place === editing ? line : one)) });
    setEditing(null);
  };
  const { points, rank } = pointsOf(draft);
  return (
    <Flex vertical gap={16}>
      {pack.is_example && <Alert type="warning" showIcon title={pack.note ?? t("assessSet.example")} />}
      {mayEdit ? (
        <Flex gap={12} wrap>
          <label style={{ flex: "2 1 260px" }}>
            {t("assessSet.packName")}
            <Input value={draft.name} maxLength={200} onChange={(event) => set({ name: event.target.value })} />
          </label>
          <label style={{ flex: "0 1 120px" }}>
            {t("assessSet.year")}
            <InputNumber value={draft.year} min={2000} max={2199} precision={0} style={{ width: "100%" }} onChange={(year) => year !== null && set({ year })} />
          </label>
          <label style={{ flex: "1 1 100%" }}>
            {t("assessSet.note")}
            <Input.TextArea value={draft.note ?? ""} autoSize={{ minRows: 1 }} onChange={(event) => set({ note: event.target.value || null })} />
          </label>
        </Flex>
      ) : (
        !pack.is_example && pack.note && <Typography.Paragraph>{pack.note}</Typography.Paragraph>
      )}
      <Flex justify="space-between" wrap gap={8}>
        <Typography.Text strong>
          {`${t("assessSet.lines", { count: draft.indicators.length })} · ${t("assessSet.totalPoints", { points: figure(points) })}`}
          {rank > 0 && ` · ${t("assessSet.totalRank", { points: figure(rank) })}`}
        </Typography.Text>
        {mayEdit && <Button onClick={() => setEditing(draft.indicators.length)}>{t("assessSet.addLine")}</Button>}
      </Flex>
      <Lines
        lines={draft.indicators}
        edit={mayEdit ? setEditing : undefined}
        remove={mayEdit ? (place) => set({ indicators: draft.indicators.filter((_, other) => other !== place) }) : undefined}
      />
      <OutlookForm
        outlook={outlookOf(draft)}
        change={mayEdit ? ({ stages, ...outlook }) => set({ outlook: { ...outlook, ...stages } }) : undefined}
      />
      {mayEdit && (
        <Flex vertical gap={8} className="sticky-foot" style={{ background: token.colorBgElevated }}>
          <ProblemAlert
            error={save.error}
            nameOf={(pointer) => {
              const line = draft.indicators[Number(/^\/indicators\/(\d+)/.exec(pointer)?.[1] ?? -1)];
              return line === undefined ? null : i18n.language === "en" ? line.name_en : line.name_zh;
            }}
          />
          {isBehind && <PackMeanwhile origin={origin} read={read} draft={draft} change={kept.replace} seen={kept.seen} />}
          <Flex gap={8} justify="end" align="center" wrap>
            {isChanged && <Typography.Text type="warning">{t("assessSet.unsaved")}</Typography.Text>}
            <Button disabled={!isChanged} onClick={kept.discard}>
              {t("assessSet.discard")}
            </Button>
            <Button type="primary" disabled={!isChanged} loading={save.isPending} onClick={() => save.mutate(undefined)}>
              {t("assessSet.savePack")}
            </Button>
          </Flex>
        </Flex>
      )}
      <Modal open={editing !== null} title={t("assessSet.editLine")} width={820} footer={null} destroyOnHidden onCancel={() => setEditing(null)}>
        {editing !== null && <LineForm initial={isNew ? BLANK : toForm(draft.indicators[editing]!)} put={put} cancel={() => setEditing(null)} />}
      </Modal>
    </Flex>
  );
}

interface LinesProps {
  lines: Line[];
  edit: ((place: number) => void) | undefined;
  remove: ((place: number) => void) | undefined;
}

function Lines({ lines, edit, remove }: LinesProps) {
  const { t, i18n } = useTranslation();
  const { nameOf } = useMeasures();
  const isEnglish = i18n.language === "en";
  const term = ({ measure, components, share, most_share }: Line["terms"][number]) =>
    [
      nameOf(measure),
      components ? `(${components.map((one) => t(`ledger.component_${one}`)).join(" ")})` : "",
      share === 1 ? "" : `× ${hundredths(share)} %`,
      most_share === null || most_share === undefined ? "" : `≤ ${hundredths(most_share)} %`,
    ]
      .filter(Boolean)
      .join(" ");
  return (
    <Table<Line>
      size="small"
      rowKey="code"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={lines}
      columns={[
        {
          title: t("assessSet.indicator"),
          key: "name",
          render: (_, one) => (
            <div>
              <strong style={{ fontWeight: 500 }}>{isEnglish ? one.name_en : one.name_zh}</strong>
              <div>
                <Typography.Text type="secondary">{`${isEnglish ? one.unit : one.unit_zh} · ${t(`assessSet.nature_${one.nature}`)}`}</Typography.Text>
              </div>
            </div>
          ),
        },
        {
          title: t("assess.points"),
          key: "points",
          align: "right",
          render: (_, one) => `${figure(one.points)}${one.rank_points > 0 ? ` + ${figure(one.rank_points)}` : ""}`,
        },
        {
          title: t("assessSet.byRatio"),
          key: "ratio",
          render: (_, one) => (one.by_ratio ?? []).map(({ ratio, share }) => `${hundredths(ratio)} → ${hundredths(share)}`).join(", "),
        },
        {
          title: t("assessSet.terms"),
          key: "terms",
          render: (_, one) => (
            <div style={{ maxWidth: 300, whiteSpace: "normal" }}>
              {one.terms.map((each, place) => (
                <div key={place}>{term(each)}</div>
              ))}
            </div>
          ),
        },
        { title: t("assess.period"), key: "window", render: (_, one) => `${one.window_from} – ${one.window_until}` },
        { title: t("assessSet.source"), dataIndex: "source", render: (text: string) => <div style={{ maxWidth: 260, whiteSpace: "normal" }}>{text}</div> },
        ...(edit && remove
          ? [
              {
                title: t("common.actions"),
                key: "actions",
                fixed: "end" as const,
                render: (_: unknown, __: Line, place: number) => (
                  <Flex gap={4}>
                    <Button size="small" onClick={() => edit(place)}>
                      {t("common.edit")}
                    </Button>
                    <Popconfirm title={t("assessSet.removeLine")} onConfirm={() => remove(place)}>
                      <Button size="small" danger>
                        {t("assessSet.removeStep")}
                      </Button>
                    </Popconfirm>
                  </Flex>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}
