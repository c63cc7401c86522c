import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, Flex, Grid, Input, Tag, Typography, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { amount } from "../../parts/amounts";
import { instant } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { ImportDrawer } from "../../parts/ImportDrawer";
import { PagedTable } from "../../parts/PagedTable";
import { IndustryName, IndustrySelect, RegionName } from "../../parts/reference";
import { useDebounced } from "../../parts/useDebounced";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import { ProjectDrawer } from "./ProjectDrawer";
import "./words";

type Project = Schemas["ProjectRead"];

/** All projects that the caller may see, its own and those that partners show it. */
export default function ProjectsPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const mayWrite = useMay("projects:write");
  const mayImport = [useMay("imports:write"), useMay("files:write")].every(Boolean);
  const [importing, setImporting] = useState(false);
  const [filters, setFilters] = useSearchParams();
  const [creating, setCreating] = useState(false);
  const wide = Grid.useBreakpoint().md;
  const q = useDebounced(filters.get("q") ?? "");
  const industry = filters.get("industry") ?? "";
  const filter = (name: string, value: string | undefined) =>
    setFilters(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const paged = usePaged(["projects", q, industry], (cursor) =>
    dataOf(
      api.GET("/v1/projects", {
        params: { query: { q: q || undefined, industry: industry || undefined, cursor, limit: 20 } },
      }),
    ),
  );
  const columns = useColumns(wide ?? false);
  return (
    <Flex vertical gap={16}>
      <Flex justify="space-between" align="start" gap={12} wrap>
        <div>
          <Typography.Title level={2} style={{ margin: 0 }}>
            {t("projects.title")}
          </Typography.Title>
          <Typography.Text type="secondary">{t("projects.lead")}</Typography.Text>
        </div>
        <Flex gap={8}>
          {mayWrite && mayImport && <Button onClick={() => setImporting(true)}>{t("projects.import")}</Button>}
          {mayWrite && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
              {t("projects.new")}
            </Button>
          )}
        </Flex>
      </Flex>
      <Flex gap={8} wrap role="search">
        <Input
          allowClear
          prefix={<SearchOutlined />}
          aria-label={t("projects.searchName")}
          placeholder={t("projects.searchName")}
          value={filters.get("q") ?? ""}
          onChange={(event) => filter("q", event.target.value)}
          style={{ flex: "1 1 200px", maxWidth: 320 }}
        />
        <IndustrySelect
          allowClear
          aria-label={t("projects.byIndustry")}
          placeholder={t("projects.byIndustry")}
          value={industry || undefined}
          onChange={(code) => filter("industry", code)}
          style={{ flex: "1 1 200px", maxWidth: 320 }}
        />
      </Flex>
      <PagedTable<Project> paged={paged} rowKey="id" columns={columns} scroll={wide ? { x: "max-content" } : undefined} />
      <ImportDrawer
        kind="projects"
        open={importing}
        onClose={() => {
          setImporting(false);
          paged.refresh(); // rows may have been stored since
        }}
        onStored={paged.refresh}
      />
      <ProjectDrawer
        open={creating}
        onClose={() => setCreating(false)}
        onSaved={(project) => void go(`/projects/${project.id}`)}
      />
    </Flex>
  );
}

function useColumns(wide: boolean): TableColumnsType<Project> {
  const { t, i18n } = useTranslation();
  const nameOf = useFieldName();
  const { organisation } = useSession();
  const mayRank = useMay("matches:read");
  const figureColumn = (field: "fixed_investment_10k_cny" | "land_mu" | "power_kva" | "labour_persons", unit: string) => ({
    title: nameOf(field),
    key: field,
    align: "right" as const,
    render: (_: unknown, project: Project) => amount(project[field], unit, i18n.language, project.bands[field]),
  });
  const name = {
    title: nameOf("name"),
    key: "name",
    render: (_: unknown, project: Project) => (
      <Flex vertical gap={2}>
        <Link to={`/projects/${project.id}`} style={{ fontWeight: 600 }}>
          {project.name}
        </Link>
        <Typography.Text type="secondary" style={{ fontSize: 13 }}>
          <IndustryName code={project.industry_code} /> · <RegionName code={project.origin_region_code} />
        </Typography.Text>
        <Flex gap={4} wrap>
          <Tag>{t(`choice.stage_${project.stage}`)}</Tag>
          {project.organisation_id !== organisation.id && <Tag color="purple">{t("projects.fromOthers")}</Tag>}
        </Flex>
      </Flex>
    ),
  };
  const actions = {
    title: t("common.actions"),
    key: "actions",
    render: (_: unknown, project: Project) =>
      mayRank && <Link to={`/projects/${project.id}/ranking`}>{t("projects.rank")}</Link>,
  };
  if (!wide) return [name, { ...actions, width: 90 }];
  return [
    name,
    figureColumn("fixed_investment_10k_cny", "10k CNY"),
    figureColumn("land_mu", "mu"),
    figureColumn("power_kva", "kVA"),
    figureColumn("labour_persons", "persons"),
    {
      title: t("common.updatedAt"),
      key: "updated",
      render: (_, project) => instant(project.updated_at),
    },
    actions,
  ];
}
