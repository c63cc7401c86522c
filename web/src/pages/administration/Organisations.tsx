import { Flex, Form, Input, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { changed } from "../../parts/changed";
import { OrganisationName, OrganisationSelect } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { RegionName, RegionSelect } from "../../parts/reference";
import { useDebounced } from "../../parts/useDebounced";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";

type Organisation = Schemas["OrganisationRead"];
const KINDS: Organisation["kind"][] = ["authority", "bureau", "county", "department", "town", "field_team", "platform"];

export function Organisations() {
  const { t } = useTranslation();
  const mayWrite = useMay("organisations:write");
  const [typed, type] = useState("");
  const [kind, setKind] = useState<Organisation["kind"]>();
  const q = useDebounced(typed.trim()) || undefined;
  const paged = usePaged(["organisations", q, kind], (cursor) =>
    dataOf(api.GET("/v1/organisations", { params: { query: { q, kind, limit: 20, cursor } } })),
  );
  const kinds = KINDS.map((one) => ({ value: one, label: t(`admin.kind_${one}`) }));
  return (
    <Flex vertical gap={12}>
      <Flex gap={8} wrap role="search">
        <Input.Search aria-label={t("common.search")} placeholder={t("common.search")} allowClear style={{ width: 220 }} value={typed} onChange={(event) => type(event.target.value)} />
        <Select aria-label={t("admin.kind")} placeholder={t("admin.kind")} allowClear style={{ width: 160 }} value={kind ?? null} onChange={(value) => setKind(value ?? undefined)} options={kinds} />
        {mayWrite && (
          <FormDialog<Schemas["OrganisationWrite"]>
            label={t("admin.addOrganisation")}
            button={{ type: "primary" }}
            changes={[["organisations"]]}
            run={(body, key) => dataOf(api.POST("/v1/organisations", { body, params: { header: { "idempotency-key": key } } }))}
          >
            <Fields />
          </FormDialog>
        )}
      </Flex>
      <PagedTable<Organisation>
        cards
        paged={paged}
        rowKey="id"
        columns={[
          { title: t("admin.name"), dataIndex: "name" },
          { title: t("admin.kind"), dataIndex: "kind", render: (one: string) => t(`admin.kind_${one}`) },
          { title: t("admin.region"), dataIndex: "region_code", render: (code: string | null) => (code ? <RegionName code={code} /> : "—") },
          { title: t("admin.parent"), dataIndex: "parent_organisation_id", render: (id: string | null) => <OrganisationName id={id} /> },
          { title: t("admin.id"), dataIndex: "id", render: (id: string) => <Typography.Text copyable={{ text: id }} style={{ fontSize: 12 }}>{id}</Typography.Text> },
          ...(mayWrite ? [{ title: t("common.actions"), key: "actions", render: (_: unknown, one: Organisation) => <Change one={one} /> }] : []),
        ]}
      />
    </Flex>
  );
}

function Fields() {
  const { t } = useTranslation();
  const required = [{ required: true, message: t("common.required") }];
  return (
    <>
      <Form.Item name="name" label={t("admin.name")} rules={required}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="kind" label={t("admin.kind")} rules={required}>
        <Select options={KINDS.map((one) => ({ value: one, label: t(`admin.kind_${one}`) }))} />
      </Form.Item>
      <Form.Item name="region_code" label={t("admin.region")}>
        <RegionSelect allowClear />
      </Form.Item>
      <Form.Item name="parent_organisation_id" label={t("admin.parent")}>
        <OrganisationSelect allowClear />
      </Form.Item>
    </>
  );
}

function Change({ one }: { one: Organisation }) {
  const { t } = useTranslation();
  const { name, kind, region_code, parent_organisation_id } = one;
  const params = { path: { organisation_id: one.id }, header: versionTag(one) };
  return (
    <FormDialog<Schemas["OrganisationWrite"]>
      label={t("common.edit")}
      title={t("admin.changeOrganisation")}
      button={{ size: "small" }}
      initial={{ name, kind, region_code, parent_organisation_id }}
      changes={[["organisations"], ["organisation", one.id]]}
      run={(values) => dataOf(api.PATCH("/v1/organisations/{organisation_id}", { params, body: changed(one, values) }))}
    >
      <Fields />
    </FormDialog>
  );
}
