import { useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Grid, Progress, Select, Tabs, Tag, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import "../../parts/choiceWords";
import { ExportButton } from "../../parts/ExportButton";
import { useFieldName } from "../../parts/fieldWords";
import { ImportDrawer } from "../../parts/ImportDrawer";
import { SyntheticMark, UnconfirmedMark } from "../../parts/Marks";
import { figure } from "../../parts/numbers";
import { PagedTable } from "../../parts/PagedTable";
import { RegionName, RegionSelect } from "../../parts/reference";
import { unitName } from "../../parts/units";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import { ageOf, ageType, completeness, type Profile } from "./figures";
import { EnclaveTerms } from "./EnclaveTerms";
import { NewProfile } from "./NewProfile";
import { Pools } from "./Pools";
import { Requests } from "./Requests";
import { KINDS, STATE_COLOUR, STATES } from "./states";
import "./words";

const SHOWN = [
  ["land_mu", "mu"],
  ["floor_area_m2", "m2"],
  ["power_kva", "kVA"],
  ["labour_persons", "persons"],
] as const;

/** The profiles that the caller may see, what counties were asked, what sites share, and what enclaves share out. */
export default function ProfilesPage() {
  const { t } = useTranslation();
  const mayWrite = useMay("profiles:write");
  const mayImport = [useMay("imports:write"), useMay("files:write")].every(Boolean);
  const may = { pools: useMay("pools:read"), enclaves: useMay("enclaves:read") };
  const client = useQueryClient();
  const [importing, setImporting] = useState(false);
  const [asked, ask] = useSearchParams();
  const views = [
    { key: "profiles", label: t("profiles.viewProfiles"), children: <Listed /> },
    { key: "requests", label: t("requests.tab"), children: <Requests /> },
    ...(may.pools ? [{ key: "pools", label: t("pools.tab"), children: <Pools /> }] : []),
    ...(may.enclaves ? [{ key: "terms", label: t("terms.tab"), children: <EnclaveTerms /> }] : []),
  ];
  return (
    <Flex vertical gap={8}>
      <Flex justify="space-between" align="start" gap={12} wrap>
        <div>
          <Typography.Title level={3} style={{ margin: 0 }}>
            {t("profiles.title")}
          </Typography.Title>
          <Typography.Text type="secondary">{t("profiles.intro")}</Typography.Text>
        </div>
        <Flex gap={8} wrap>
          {mayWrite && mayImport && <Button onClick={() => setImporting(true)}>{t("profiles.import")}</Button>}
          {mayWrite && <NewProfile />}
        </Flex>
      </Flex>
      <ImportDrawer kind="profiles" open={importing} onClose={() => setImporting(false)} onStored={() => void client.invalidateQueries({ queryKey: ["profiles"] })} />
      <Tabs activeKey={asked.get("view") ?? "profiles"} onChange={(view) => ask(view === "profiles" ? {} : { view })} items={views} destroyOnHidden />
    </Flex>
  );
}

/** All profiles that the caller may see; a county begins with its own. */
function Listed() {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const phone = !Grid.useBreakpoint().md;
  const isCounty = useSession().organisation.kind === "county";
  const [asked, ask] = useSearchParams();
  const own = asked.get("own") ?? (isCounty ? "true" : "");
  const query = {
    region_code: asked.get("region_code") || undefined,
    site_kind: (asked.get("site_kind") || undefined) as Profile["site_kind"] | undefined,
    status: (asked.get("status") || undefined) as Profile["status"] | undefined,
    own: own === "" ? undefined : own === "true",
  };
  const set = (key: string, value: string | undefined) =>
    ask((before) => {
      const next = new URLSearchParams(before);
      if (value === undefined && key !== "own") next.delete(key);
      else next.set(key, value ?? "");
      return next;
    });
  const paged = usePaged(["profiles", query], (cursor) =>
    dataOf(api.GET("/v1/profiles", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const wide = phone ? { width: "100%" } : { minWidth: 160 };
  return (
    <Flex vertical gap={16}>
      <Flex gap={8} wrap role="search">
        <Select
          aria-label={t("profiles.whose")}
          style={wide}
          value={own}
          onChange={(value) => set("own", value)}
          options={[
            { value: "", label: `${t("profiles.whose")}: ${t("common.all")}` },
            { value: "true", label: t("profiles.own") },
            { value: "false", label: t("profiles.others") },
          ]}
        />
        <RegionSelect
          aria-label={name("region_code")}
          placeholder={name("region_code")}
          allowClear
          style={phone ? { width: "100%" } : { minWidth: 220 }}
          value={query.region_code ?? null}
          onChange={(value) => set("region_code", value ?? undefined)}
        />
        <Select
          aria-label={name("site_kind")}
          placeholder={name("site_kind")}
          allowClear
          style={wide}
          value={query.site_kind ?? null}
          onChange={(value) => set("site_kind", value ?? undefined)}
          options={KINDS.map((kind) => ({ value: kind, label: t(`choice.site_kind_${kind}`) }))}
        />
        <Select
          aria-label={t("profiles.status")}
          placeholder={t("profiles.status")}
          allowClear
          style={wide}
          value={query.status ?? null}
          onChange={(value) => set("status", value ?? undefined)}
          options={STATES.map((state) => ({ value: state, label: t(`profiles.status_${state}`) }))}
        />
        <ExportButton key={JSON.stringify(query)} what={{ kind: "profiles", format: "xlsx", parameters: query as Schemas["ExportWrite"]["parameters"] }}>{t("profiles.export")}</ExportButton>
      </Flex>
      <PagedTable<Profile>
        cards
        paged={paged}
        rowKey="id"
        columns={[
          {
            title: name("site_name"),
            key: "name",
            fixed: phone ? undefined : "left",
            render: (_, row) => (
              <Flex vertical gap={2} style={{ minWidth: 200, maxWidth: 300 }}>
                <Link to={`/profiles/${row.id}`}>{row.site_name ?? <RegionName code={row.region_code} />}</Link>
                <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                  <RegionName code={row.region_code} /> · {t(`choice.site_kind_${row.site_kind}`)}
                </Typography.Text>
                <Flex gap={4} wrap>
                  <SyntheticMark is={row.is_synthetic} />
                  <UnconfirmedMark is={row.unconfirmed} />
                </Flex>
              </Flex>
            ),
          },
          {
            title: t("profiles.status"),
            dataIndex: "status",
            render: (state: Profile["status"]) => <Tag color={STATE_COLOUR[state]}>{t(`profiles.status_${state}`)}</Tag>,
          },
          ...SHOWN.map(([field, unit]) => ({
            title: `${name(field)} (${unitName(unit, i18n.language)})`,
            key: field,
            className: "numbers",
            render: (_: unknown, row: Profile) => <Shown value={row[field]} band={row.bands[field]} />,
          })),
          {
            title: t("profiles.completeness"),
            key: "completeness",
            render: (_, row) => {
              const { percent, missing } = completeness(row);
              return (
                <Tooltip title={missing.length ? `${t("profiles.missing")}: ${missing.map(name).join(" · ")}` : undefined}>
                  <Progress percent={percent} size="small" style={{ width: 110 }} aria-label={t("profiles.completeness")} />
                </Tooltip>
              );
            },
          },
          {
            title: t("profiles.asOf"),
            dataIndex: "as_of",
            render: (asOf: string, row) => <Typography.Text type={ageType(ageOf(row))}>{asOf}</Typography.Text>,
          },
        ]}
      />
    </Flex>
  );
}

function Shown({ value, band }: { value: number | null; band: Schemas["BandRead"] | undefined }) {
  const { t } = useTranslation();
  if (band) return <>{`${figure(band.low)}–${figure(band.high)}`}</>;
  if (value === null) return <Typography.Text type="secondary">{t("common.unknown")}</Typography.Text>;
  return <>{figure(value)}</>;
}
