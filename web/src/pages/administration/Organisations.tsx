import { Flex, Form, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { PagedTable } from "../../parts/PagedTable";
import { RegionName, RegionSelect } from "../../parts/reference";
import { useDebounced } from "../../parts/useDebounced";
import { usePaged } from "../../parts/usePaged";
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
  const required = [{ required: true, message: t("common.required") }];
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
            <Form.Item name="name" label={t("admin.name")} rules={required}>
              <Input maxLength={200} />
            </Form.Item>
            <Form.Item name="kind" label={t("admin.kind")} rules={required}>
              <Select options={kinds} />
            </Form.Item>
            <Form.Item name="region_code" label={t("admin.region")}>
              <RegionSelect allowClear />
            </Form.Item>
          </FormDialog>
        )}
      </Flex>
      <PagedTable<Organisation>
        paged={paged}
        rowKey="id"
        columns={[
          { title: t("admin.name"), dataIndex: "name" },
          { title: t("admin.kind"), dataIndex: "kind", render: (one: string) => t(`admin.kind_${one}`) },
          { title: t("admin.region"), dataIndex: "region_code", render: (code: string | null) => (code ? <RegionName code={code} /> : "—") },
          { title: "id", dataIndex: "id" },
        ]}
      />
    </Flex>
  );
}
