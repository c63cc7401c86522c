import { DatePicker, Flex, Input, Select, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { dayOf, instant } from "../../parts/dates";
import { PersonName } from "../../parts/names";
import { OrganisationName, OrganisationSelect } from "../../parts/organisations";
import { PagedTable } from "../../parts/PagedTable";
import { useDebounced } from "../../parts/useDebounced";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import { actionText, NOUNS } from "./auditWords";

type Event = Schemas["AuditEventRead"];

/** Who has done what, with the hash that chains each event to the one before it. */
export function Audit() {
  const { t, i18n } = useTranslation();
  const { organisation } = useSession();
  const isPlatform = organisation.kind === "platform";
  const [noun, setNoun] = useState<string>();
  const [action, setAction] = useState("");
  const [nounId, setNounId] = useState("");
  const [person, setPerson] = useState<string>();
  const [whose, setWhose] = useState<string>();
  const [days, setDays] = useState<[Dayjs | null, Dayjs | null] | null>(null);
  const query = {
    noun,
    action: useDebounced(action.trim(), 500) || undefined,
    noun_id: useDebounced(nounId.trim(), 500) || undefined,
    person,
    organisation_id: whose,
    // Whole days of China: from their first instant to that of the day after the last.
    since: days?.[0] ? `${dayOf(days[0])}T00:00:00+08:00` : undefined,
    until: days?.[1] ? `${dayOf(days[1].add(1, "day"))}T00:00:00+08:00` : undefined,
  };
  const paged = usePaged(["audit", query], (cursor) =>
    dataOf(api.GET("/v1/audit-events", { params: { query: { ...query, limit: 50, cursor } } })),
  );
  const word = (key: string) => (i18n.exists(key) ? t(key) : null);
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("audit.intro")}</Typography.Text>
      <Flex gap={8} wrap role="search">
        <Select
          aria-label={t("audit.noun")}
          placeholder={t("audit.noun")}
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          style={{ width: 170 }}
          value={noun ?? null}
          onChange={(next) => setNoun(next ?? undefined)}
          options={NOUNS.map((one) => ({ value: one, label: t(`audit.noun_${one}`) }))}
        />
        <Input aria-label={t("audit.action")} placeholder={`${t("audit.action")} hold.grant`} allowClear style={{ width: 170 }} value={action} onChange={(event) => setAction(event.target.value)} />
        <PersonSelect value={person} change={setPerson} />
        {isPlatform && (
          <OrganisationSelect aria-label={t("audit.organisation")} placeholder={t("audit.organisation")} allowClear style={{ width: 220 }} value={whose} onChange={(next) => setWhose(next ?? undefined)} />
        )}
        <DatePicker.RangePicker
          aria-label={t("audit.days")}
          allowEmpty={[true, true]}
          style={{ width: 250 }}
          value={days}
          onChange={(next) => setDays(next)}
        />
        <Input aria-label={t("audit.nounId")} placeholder={t("audit.nounId")} allowClear style={{ width: 200 }} value={nounId} onChange={(event) => setNounId(event.target.value)} />
      </Flex>
      <PagedTable<Event>
        cards
        paged={paged}
        rowKey="sequence"
        size="small"
        expandable={{ expandedRowRender: (one) => <Details one={one} /> }}
        columns={[
          { title: t("admin.sequence"), dataIndex: "sequence", align: "right" },
          { title: t("admin.at"), dataIndex: "at", render: instant },
          {
            title: t("audit.person"),
            key: "person",
            render: (_, one) => <PersonName id={one.person_id} otherwise={t(one.key_id ? "audit.byKey" : "audit.bySystem")} />,
          },
          ...(isPlatform ? [{ title: t("audit.organisation"), dataIndex: "organisation_id", render: (id: string | null) => <OrganisationName id={id} /> }] : []),
          { title: t("audit.action"), dataIndex: "action", render: (one: string) => <span title={one}>{actionText(one, word)}</span> },
          {
            title: t("audit.nounId"),
            dataIndex: "noun_id",
            render: (id: string) => (
              <Typography.Text copyable={{ text: id }} style={{ fontSize: 12 }}>
                {id}
              </Typography.Text>
            ),
          },
        ]}
      />
    </Flex>
  );
}

/** The people of the own organisation, disabled ones too. */
function PersonSelect({ value, change }: { value: string | undefined; change: (id: string | undefined) => void }) {
  const { t } = useTranslation();
  const may = useMay("people:read");
  const paged = usePaged(["people", "choice"], (cursor) => dataOf(api.GET("/v1/people", { params: { query: { limit: 100, cursor } } })), may);
  if (!may) return null;
  return (
    <Select
      aria-label={t("audit.person")}
      placeholder={t("audit.person")}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      style={{ width: 170 }}
      value={value ?? null}
      onPopupScroll={() => paged.more?.()}
      onChange={(next) => change(next ?? undefined)}
      options={paged.items.map((one) => ({ value: one.id, label: one.name }))}
    />
  );
}

function Details({ one }: { one: Event }) {
  const { t } = useTranslation();
  const entries = Object.entries(one.detail as Record<string, unknown>);
  return (
    <Flex vertical gap={4} style={{ overflowWrap: "anywhere" }}>
      {entries.length === 0 && <Typography.Text type="secondary">{t("audit.details")}</Typography.Text>}
      {entries.map(([name, value]) => (
        <span key={name}>
          <code>{name}</code>: {typeof value === "string" ? value : JSON.stringify(value)}
        </span>
      ))}
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
        {one.action} · {t("audit.hash")} {one.hash} · {t("audit.previous")} {one.previous_hash}
      </Typography.Text>
    </Flex>
  );
}
