import { Button, Flex, Form, Input, InputNumber, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, dataOf } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { figure } from "../../parts/numbers";
import { OrganisationName } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import { PackDrawer } from "./PackDrawer";
import { copyOf, pointsOf, type Pack } from "./packs";
import type { Scope } from "./scope";

/** What is assessed, and how points follow: the packs of the programme, and what an authority may do with them. */
export function Packs({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("targets:write");
  const [asked, ask] = useSearchParams();
  const { programme } = scope;
  const paged = usePaged(["packs", programme], (cursor) =>
    dataOf(api.GET("/v1/indicator-packs", { params: { query: { programme, limit: 20, cursor } } })),
  );
  const show = (id: string | null) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      if (id) next.set("pack", id);
      else next.delete("pack");
      return next;
    });
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("assessSet.packsIntro")}</Typography.Text>
      <PagedTable<Pack>
        cards
        paged={paged}
        rowKey="id"
        columns={[
          {
            title: t("assessSet.packName"),
            dataIndex: "name",
            render: (name: string, one) => (
              <Flex gap={6} wrap style={{ maxWidth: 360, whiteSpace: "normal" }}>
                <strong style={{ fontWeight: 500 }}>{name}</strong>
                {one.is_example && <Tag color="volcano">{t("assessSet.example")}</Tag>}
              </Flex>
            ),
          },
          { title: t("assessSet.year"), dataIndex: "year", render: (year: number | null) => year ?? t("assessSet.everyYear") },
          {
            title: t("assess.points"),
            key: "points",
            render: (_, one) => {
              const { points, rank } = pointsOf(one);
              const lines = t("assessSet.lines", { count: one.indicators.length });
              return (
                <span>
                  {`${lines} · ${t("assessSet.totalPoints", { points: figure(points) })}`}
                  {rank > 0 && ` · ${t("assessSet.totalRank", { points: figure(rank) })}`}
                </span>
              );
            },
          },
          { title: t("assessSet.setPackBy"), dataIndex: "organisation_id", render: (id: string | null) => (id ? <OrganisationName id={id} /> : "—") },
          {
            title: t("common.actions"),
            key: "actions",
            render: (_, one) => (
              <Flex gap={4} wrap style={{ minWidth: 200 }}>
                <Button size="small" onClick={() => show(one.id)}>
                  {t(mayWrite && one.organisation_id === organisation.id ? "common.edit" : "assessSet.openPack")}
                </Button>
                {mayWrite && <Copy one={one} year={scope.year} />}
                {mayWrite && one.organisation_id === organisation.id && (
                  <ActButton
                    label={t("common.delete")}
                    sentence={t("assessSet.deletePackSays")}
                    button={{ size: "small", danger: true }}
                    changes={[["packs"], ["assessment"]]}
                    run={() => dataOf(api.DELETE("/v1/indicator-packs/{pack_id}", { params: { path: { pack_id: one.id }, header: versionTag(one) } }))}
                  />
                )}
              </Flex>
            ),
          },
        ]}
      />
      <PackDrawer id={asked.get("pack")} onClose={() => show(null)} />
    </Flex>
  );
}

function Copy({ one, year }: { one: Pack; year: number }) {
  const { t } = useTranslation();
  return (
    <FormDialog<{ name: string; year: number }>
      label={t("assessSet.copy")}
      button={{ size: "small" }}
      initial={{ year, ...(one.is_example ? {} : { name: one.name }) }}
      changes={[["packs"], ["assessment"]]}
      run={({ name, year: of }, key) =>
        dataOf(api.POST("/v1/indicator-packs", { body: copyOf(one, name, of), params: { header: { "idempotency-key": key } } }))
      }
    >
      <Typography.Paragraph type="secondary">{t("assessSet.copySays")}</Typography.Paragraph>
      <Form.Item name="name" label={t("assessSet.packName")} rules={[{ required: true, whitespace: true, message: t("common.required") }]}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="year" label={t("assessSet.year")} rules={[{ required: true, message: t("common.required") }]}>
        <InputNumber min={2000} max={2199} precision={0} style={{ width: "100%" }} />
      </Form.Item>
    </FormDialog>
  );
}
