import { Alert, Badge, Button, Col, Collapse, Flex, Grid, Row, Tabs, Typography } from "antd";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "../../api/client";
import { instant } from "../../parts/dates";
import { figure } from "../../parts/numbers";
import { IndustryName, RegionName } from "../../parts/reference";
import { useDebounced } from "../../parts/useDebounced";
import { CompareDrawer } from "./CompareDrawer";
import { ExclusionsTable } from "./ExclusionsTable";
import { FilterBar } from "./FilterBar";
import { ItineraryDrawer } from "./ItineraryDrawer";
import { PlaceMap } from "./PlaceMap";
import { RankedTable } from "./RankedTable";
import { NO_FILTERS, useRanking, type Place } from "./useRanking";
import { countsSomething, defaultPoints, moves, weightsOf } from "./weights";
import { WeightsPanel } from "./WeightsPanel";

interface Props {
  project: Schemas["ProjectRead"];
  criteria: Schemas["CriterionRead"][];
}

export function Ranking({ project, criteria }: Props) {
  const { t } = useTranslation();
  const wide = Grid.useBreakpoint().lg ?? false;
  const [tab, setTab] = useState("ranked");
  const [points, setPoints] = useState(() => defaultPoints(criteria));
  const [filters, setFilters] = useState(NO_FILTERS);
  const [opened, setOpened] = useState<string[]>([]);
  const weights = useDebounced(points);
  const asked = useMemo(
    () => ({ projectId: project.id, weights: weightsOf(weights, criteria), filters }),
    [project.id, weights, criteria, filters],
  );
  const allowed = countsSomething(weights);
  const ranking = useRanking(asked, allowed);
  const moved = useMoves(ranking.items, ranking.stale, Object.keys(asked.weights).length > 0);
  const titles = useMemo(() => new Map(criteria.map(({ name, title }) => [name, title])), [criteria]);
  const open = (id: string) => {
    setTab("ranked");
    setOpened([id]);
    setTimeout(() => document.getElementById(`place-${id}`)?.scrollIntoView({ block: "center", behavior: "smooth" }));
  };
  const panel = <WeightsPanel criteria={criteria} points={points} onChange={setPoints} />;
  const map = <PlaceMap items={ranking.items} originCode={project.origin_region_code} onPick={open} />;
  const ranked = (
    <Row gutter={[16, 16]}>
      <Col xs={24} lg={9} order={wide ? 2 : 1}>
        <Flex vertical gap={16} style={wide ? { position: "sticky", top: 12, maxHeight: "calc(100vh - 24px)", overflowY: "auto" } : {}}>
          {map}
          {wide ? panel : <Collapse items={[{ key: "weights", label: t("ranking.weights"), children: panel }]} />}
        </Flex>
      </Col>
      <Col xs={24} lg={15} order={wide ? 1 : 2}>
        <div aria-busy={ranking.stale} style={{ opacity: ranking.stale ? 0.6 : 1, transition: "opacity 0.2s" }}>
          {ranking.page?.eligible_count === 0 && <Alert type="info" showIcon title={t("ranking.noneFits")} />}
          <Compared items={ranking.items} titles={titles} project={project}>
            {(chosen, choose) => (
              <RankedTable
                paged={ranking}
                project={project}
                titles={titles}
                moved={moved}
                chosen={chosen}
                onChoose={choose}
                opened={opened}
                onOpen={setOpened}
                wide={wide}
              />
            )}
          </Compared>
        </div>
      </Col>
    </Row>
  );
  return (
    <Flex vertical gap={12}>
      <Head project={project} page={ranking.page} />
      <FilterBar filters={filters} onChange={setFilters} />
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          { key: "ranked", label: `${t("ranking.ranked")} ${ranking.page ? figure(ranking.page.eligible_count) : ""}`, children: ranked },
          {
            key: "excluded",
            label: `${t("ranking.excluded")} ${ranking.page ? figure(ranking.page.excluded_count) : ""}`,
            children: <ExclusionsTable asked={asked} enabled={allowed && tab === "excluded"} wide={wide} />,
          },
        ]}
      />
    </Flex>
  );
}

function Head({ project, page }: { project: Props["project"]; page: Schemas["MatchQueryPage"] | undefined }) {
  const { t } = useTranslation();
  return (
    <div>
      <Link to={`/projects/${project.id}`}>← {project.name}</Link>
      <Typography.Title level={2} style={{ margin: "4px 0" }}>
        {t("ranking.title")}
      </Typography.Title>
      <Typography.Text type="secondary">
        <IndustryName code={project.industry_code} /> · <RegionName code={project.origin_region_code} />
        {page && (
          <span role="status">
            {" · "}
            {t("ranking.counts", { eligible: figure(page.eligible_count), excluded: figure(page.excluded_count) })} ·{" "}
            {t("ranking.asOf", { at: instant(page.effective_at) })}
          </span>
        )}
      </Typography.Text>
    </div>
  );
}

interface ComparedProps {
  items: Place[];
  project: Props["project"];
  titles: Map<string, string>;
  children: (chosen: string[], choose: (ids: string[]) => void) => React.ReactNode;
}

/** Which places are ticked, and the bar that compares them or makes a round of them. */
function Compared({ items, project, titles, children }: ComparedProps) {
  const { t } = useTranslation();
  const [chosen, choose] = useState<string[]>([]);
  const [open, setOpen] = useState(false);
  const [planning, setPlanning] = useState(false);
  const picked = items.filter(({ profile }) => chosen.includes(profile.id));
  return (
    <Flex vertical gap={8}>
      <Flex gap={8} align="center" wrap>
        <Badge count={picked.length} color="#0f766e">
          <Button disabled={picked.length < 2} onClick={() => setOpen(true)}>
            {t("ranking.compare")}
          </Button>
        </Badge>
        <Button disabled={items.length === 0} onClick={() => setPlanning(true)}>
          {t("ranking.itinerary")}
        </Button>
        {picked.length > 0 && (
          <Button type="link" onClick={() => choose([])}>
            {t("ranking.clear")}
          </Button>
        )}
        <Typography.Text type="secondary">{t("ranking.compareNote")}</Typography.Text>
      </Flex>
      {children(chosen, choose)}
      <CompareDrawer open={open} onClose={() => setOpen(false)} items={picked} titles={titles} />
      <ItineraryDrawer open={planning} onClose={() => setPlanning(false)} project={project} items={items} ticked={picked.map(({ profile }) => profile.id)} />
    </Flex>
  );
}

/** How far each place has moved against the ranking by the usual weights. */
function useMoves(items: Place[], stale: boolean, weighted: boolean): Map<string, number | null> {
  const usual = useRef<string[]>([]);
  const ids = items.map(({ profile }) => profile.id);
  if (!weighted && !stale) usual.current = ids;
  return weighted ? moves(usual.current, ids) : new Map();
}
