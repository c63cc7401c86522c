import { ReloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Empty, Flex, Select, Skeleton, Tag, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, dataOf } from "../../api/client";
import { instant } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { useIndicatorNames, useIndicatorUnits } from "../../parts/indicators";
import { ProfileName, ProjectName } from "../../parts/names";
import { figure } from "../../parts/numbers";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { usePaged } from "../../parts/usePaged";
import "../administration/jobWords";
import "../approvals/words";
import { GROUPS, groupOf, placeOf, sentenceOf, typeKey, unseen, type Event, type EventType, type Group, type Names } from "./eventText";

const SEEN = "shanhai-event-seen";
const COLOUR: Record<Group, string> = {
  searches: "green",
  opportunities: "cyan",
  holds: "blue",
  approvals: "gold",
  requests: "purple",
  assessment: "volcano",
  work: "default",
};

/** The feed, newest first, each event as a sentence with the way to what it is about. */
export function Feed() {
  const { t } = useTranslation();
  const [type, setType] = useState<EventType>();
  const paged = usePaged(["events", type], async (after) => {
    const page = await dataOf(api.GET("/v1/events", { params: { query: { newest_first: true, limit: 30, after, type } } }));
    return { items: page.items, next_cursor: page.has_more ? page.next_after : null };
  });
  const fresh = useFresh(type === undefined ? paged.items : []);
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("events.intro")}</Typography.Text>
      <Flex gap={8} wrap role="search">
        <Select
          aria-label={t("events.type")}
          placeholder={t("events.type")}
          allowClear
          style={{ minWidth: 220 }}
          value={type ?? null}
          onChange={(next) => setType(next ?? undefined)}
          options={(Object.keys(GROUPS) as Group[]).map((group) => ({
            label: t(`events.group_${group}`),
            options: GROUPS[group].map((one) => ({ value: one as EventType, label: t(typeKey(one)) })),
          }))}
        />
        <Button icon={<ReloadOutlined />} onClick={paged.refresh}>
          {t("common.refresh")}
        </Button>
      </Flex>
      {fresh > 0 && <Alert type="info" showIcon role="status" title={t("events.freshCount", { count: fresh })} />}
      {paged.loading && paged.items.length === 0 && <Skeleton active />}
      {!paged.loading && !paged.error && paged.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("common.nothing")} />}
      <Flex component="ol" vertical style={{ margin: 0, padding: 0, listStyle: "none" }}>
        {paged.items.map((event, place) => (
          <OneEvent key={event.id} event={event} isFresh={place < fresh} />
        ))}
      </Flex>
      <ProblemAlert error={paged.error} retry={paged.refresh} />
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

/** How many of these, newest first, came since this browser last showed the feed. */
function useFresh(items: Event[]): number {
  const [lastSeen] = useState(() => localStorage.getItem(SEEN));
  const newest = items[0]?.id;
  useEffect(() => {
    if (newest) localStorage.setItem(SEEN, newest);
  }, [newest]);
  return unseen(items, lastSeen);
}

/** By which search it was found; one that was deleted since has no name any more. */
function SearchName({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ["searches", "name", id],
    queryFn: () => dataOf(api.GET("/v1/saved-searches/{search_id}", { params: { path: { search_id: id } } })),
    retry: false,
    staleTime: 60_000,
  });
  return data ? <Typography.Text type="secondary">{`${data.name}: `}</Typography.Text> : null;
}

/** The project and the place that an event names; an approval names what it is about by its noun. */
function namedIn(event: Event): { project_id?: string; profile_id?: string } {
  const data = event.data as { project_id?: string; profile_id?: string; noun?: string; noun_id?: string };
  return data.noun === "profile" && data.noun_id ? { ...data, profile_id: data.noun_id } : data;
}

function OneEvent({ event, isFresh }: { event: Event; isFresh: boolean }) {
  const { t, i18n } = useTranslation();
  const field = useFieldName();
  const [indicator, unitOf] = [useIndicatorNames(), useIndicatorUnits()];
  const names: Names = {
    word: (key, values) => (i18n.exists(key) ? t(key, values ?? {}) : (key.split("_").at(-1) ?? key)),
    field,
    indicator: (code) => indicator(code, (event.data as { programme?: string }).programme),
    amount: (value, unit) => `${figure(typeof value === "number" ? value : null)} ${unitOf(unit)}`.trim(),
  };
  const data = namedIn(event);
  const place = placeOf(event);
  const sentence = sentenceOf(event, names);
  return (
    <Flex component="li" gap={12} wrap className="feed-line">
      <Typography.Text type="secondary" style={{ width: 134, flex: "none", whiteSpace: "nowrap" }}>
        <time dateTime={event.occurred_at}>{instant(event.occurred_at)}</time>
      </Typography.Text>
      <div style={{ width: 96, flex: "none" }}>
        <Tag color={event.type === "saved_search.lost" ? "red" : COLOUR[groupOf(event.type)]}>{t(typeKey(event.type))}</Tag>
      </div>
      <div style={{ flex: "1 1 260px", minWidth: 0, overflowWrap: "anywhere" }}>
        {place ? <Link to={place}>{sentence}</Link> : sentence} {isFresh && <Tag color="red">{t("events.fresh")}</Tag>}
        {(data.project_id || data.profile_id) && (
          <div>
            {groupOf(event.type) === "searches" && <SearchName id={event.subject_id} />}
            {data.project_id && <ProjectName id={data.project_id} />}
            {data.project_id && data.profile_id && " → "}
            {data.profile_id && <ProfileName id={data.profile_id} />}
          </div>
        )}
      </div>
    </Flex>
  );
}
