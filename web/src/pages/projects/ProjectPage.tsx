import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Descriptions, Empty, Flex, Popconfirm, Skeleton, Space, Tabs, Tag, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { answerOf, api, dataOf, type Schemas } from "../../api/client";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import { useMay, useSession } from "../../shell/session";
import { SaveSearch } from "../alerts/SaveSearch";
import "./chainWords";
import { ProjectDrawer } from "./ProjectDrawer";
import { SupplyChain } from "./SupplyChain";
import { useFacts } from "./useFacts";
import "./words";

type Project = Schemas["ProjectRead"];

/** One project in full, as far as the caller may see it. */
export default function ProjectPage() {
  const { id = "" } = useParams();
  const { data, error } = useQuery({
    queryKey: ["project", id],
    queryFn: () => answerOf(api.GET("/v1/projects/{project_id}", { params: { path: { project_id: id } } })),
  });
  if (error) return <ProblemAlert error={error} />;
  if (data === undefined) return <Skeleton active />;
  return <Shown stored={data} />;
}

function Shown({ stored }: { stored: { data: Project; etag: string | null } }) {
  const { t } = useTranslation();
  const project = stored.data;
  const { organisation } = useSession();
  const own = project.organisation_id === organisation.id;
  const mayRank = useMay("matches:read");
  const mayWrite = useMay("projects:write") && own;
  const mayRead = useMay("opportunities:read");
  const [changing, setChanging] = useState(false);
  const [asked, ask] = useSearchParams();
  const { token } = theme.useToken();
  const facts = useFacts(project);
  return (
    <Flex vertical gap={16}>
      <Flex justify="space-between" gap={12} wrap align="start">
        <div>
          <Link to="/projects">← {t("projects.title")}</Link>
          <Typography.Title level={2} style={{ margin: "4px 0" }}>
            {project.name}
          </Typography.Title>
          <Flex gap={8} align="center" wrap>
            <Tag color="cyan">{t(`choice.stage_${project.stage}`)}</Tag>
            {!own && <Tag color="purple">{t("projects.fromOthers")}</Tag>}
            <Typography.Text type="secondary">
              {t("projects.version")} {project.version}
            </Typography.Text>
          </Flex>
        </div>
        <Space wrap>
          {mayRank && (
            <Link to={`/projects/${project.id}/ranking`}>
              <Button type="primary" tabIndex={-1}>
                {t("projects.rank")}
              </Button>
            </Link>
          )}
          {mayRank && <SaveSearch projectId={project.id} name={project.name} />}
          {mayWrite && <Button onClick={() => setChanging(true)}>{t("common.edit")}</Button>}
          {mayWrite && <Delete stored={stored} />}
        </Space>
      </Flex>
      <Tabs
        activeKey={asked.get("tab") ?? "facts"}
        onChange={(tab) => ask({ tab }, { replace: true })}
        items={[
          {
            key: "facts",
            label: t("projects.tabFacts"),
            children: (
              <Flex vertical gap={16}>
                {facts.map(({ title, items }) => (
                  <Card key={title} size="small" title={title}>
                    <Descriptions
                      size="small"
                      column={{ xs: 1, sm: 2, lg: 3 }}
                      items={items}
                      styles={{ label: { color: token.colorTextSecondary } }}
                    />
                  </Card>
                ))}
                {mayRead && <Opportunities project={project} />}
                <Grown project={project} />
              </Flex>
            ),
          },
          ...(mayRank ? [{ key: "chain", label: t("chain.title"), children: <SupplyChain project={project} /> }] : []),
        ]}
      />
      <ProjectDrawer
        open={changing}
        stored={stored}
        onClose={() => setChanging(false)}
        onSaved={() => setChanging(false)}
      />
    </Flex>
  );
}

function Delete({ stored }: { stored: { data: Project; etag: string | null } }) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const go = useNavigate();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      dataOf(
        api.DELETE("/v1/projects/{project_id}", {
          params: { path: { project_id: stored.data.id }, header: { "if-match": stored.etag } },
        }),
      ),
    onSuccess: () => {
      void message.success(t("projects.deleted"));
      void client.invalidateQueries({ queryKey: ["projects"] });
      void go("/projects");
    },
    onError: (error) => modal.error({ title: t("common.problem"), content: <ProblemAlert error={error} /> }),
  });
  return (
    <Popconfirm title={t("projects.deleteAsk")} description={<div style={{ maxWidth: 320 }}>{t("projects.deleteSays")}</div>} onConfirm={() => remove.mutate()}>
      <Button danger loading={remove.isPending}>
        {t("common.delete")}
      </Button>
    </Popconfirm>
  );
}

function Opportunities({ project }: { project: Project }) {
  const { t } = useTranslation();
  const { items, more, loading, error } = usePaged(["opportunities", "of", project.id], (cursor) =>
    dataOf(api.GET("/v1/opportunities", { params: { query: { project_id: project.id, newest_first: true, cursor, limit: 20 } } })),
  );
  return (
    <Card size="small" title={t("projects.stands")} loading={loading && items.length === 0}>
      <ProblemAlert error={error} />
      {items.length === 0 && !error && (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("projects.noOpportunities")} />
      )}
      <Flex vertical gap={8} component="ul" style={{ margin: 0, padding: 0, listStyle: "none" }}>
        {items.map((record) => (
          <li key={record.id}>
            <Tag style={{ marginInlineEnd: 8 }}>{t(`choice.stage_${record.stage}`)}</Tag>
            <Link to={`/opportunities/${record.id}`}>{record.site_name}</Link>
          </li>
        ))}
      </Flex>
      {more && <Button onClick={more}>{t("common.more")}</Button>}
    </Card>
  );
}

/** What was incubated here and is industrialised elsewhere; nothing is said where there is none. */
function Grown({ project }: { project: Project }) {
  const { t } = useTranslation();
  const { items, more, error } = usePaged(["projects", "grown", project.id], (cursor) =>
    dataOf(api.GET("/v1/projects", { params: { query: { incubated_project_id: project.id, cursor, limit: 20 } } })),
  );
  if (error) return <ProblemAlert error={error} />;
  if (items.length === 0) return null;
  return (
    <Card size="small" title={t("projects.grown")}>
      <Flex vertical gap={8} component="ul" style={{ margin: 0, padding: 0, listStyle: "none" }}>
        {items.map((one) => (
          <li key={one.id}>
            <Tag style={{ marginInlineEnd: 8 }}>{t(`choice.stage_${one.stage}`)}</Tag>
            <Link to={`/projects/${one.id}`}>{one.name}</Link>
          </li>
        ))}
      </Flex>
      {more && <Button onClick={more}>{t("common.more")}</Button>}
    </Card>
  );
}
