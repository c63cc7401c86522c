import { Flex, Input, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { instant } from "../../parts/dates";
import { OrganisationName } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { useDebounced } from "../../parts/useDebounced";
import { usePaged } from "../../parts/usePaged";

type Event = Schemas["AuditEventRead"];

/** Who has done what, with the hash that chains each event to the one before it. */
export function Audit() {
  const { t } = useTranslation();
  const [noun, setNoun] = useState("");
  const [action, setAction] = useState("");
  const query = { noun: useDebounced(noun.trim(), 500) || undefined, action: useDebounced(action.trim(), 500) || undefined };
  const paged = usePaged(["audit", query], (cursor) =>
    dataOf(api.GET("/v1/audit-events", { params: { query: { ...query, limit: 50, cursor } } })),
  );
  return (
    <Flex vertical gap={12}>
      <Flex gap={8} wrap role="search">
        <Input aria-label={t("admin.filterNoun")} placeholder={t("admin.filterNoun")} allowClear style={{ width: 200 }} value={noun} onChange={(event) => setNoun(event.target.value)} />
        <Input aria-label={t("admin.filterAction")} placeholder={t("admin.filterAction")} allowClear style={{ width: 200 }} value={action} onChange={(event) => setAction(event.target.value)} />
      </Flex>
      <PagedTable<Event>
        paged={paged}
        rowKey="sequence"
        size="small"
        expandable={{
          expandedRowRender: (one) => (
            <Flex vertical gap={4}>
              <pre style={{ margin: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{JSON.stringify(one.detail, null, 2)}</pre>
              <Typography.Text type="secondary" style={{ overflowWrap: "anywhere" }}>
                {t("admin.hash")}: {one.hash}
              </Typography.Text>
            </Flex>
          ),
        }}
        columns={[
          { title: t("admin.sequence"), dataIndex: "sequence", align: "right" },
          { title: t("admin.at"), dataIndex: "at", render: instant },
          { title: t("admin.who"), dataIndex: "organisation_id", render: (id: string | null) => <OrganisationName id={id} /> },
          { title: t("admin.action"), dataIndex: "action" },
          { title: t("admin.noun"), dataIndex: "noun" },
          { title: "id", dataIndex: "noun_id" },
        ]}
      />
    </Flex>
  );
}
