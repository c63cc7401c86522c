import { Button, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { ProfileName, ProjectName } from "../../parts/names";
import { PagedTable } from "../../parts/PagedTable";
import { RegionName } from "../../parts/reference";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";
import { filtersOf, stateOf, subjectOf } from "./filters";
import { HitsDrawer } from "./HitsDrawer";
import { SaveSearch } from "./SaveSearch";
import { SearchFields, type SearchValues } from "./SearchForm";

type Search = Schemas["SavedSearchRead"];
const COLOUR = { active: "green", noting: "blue", paused_asked: "default", paused_subject_gone: "red" } as const;

/** What the organisation wants to be told of. */
export function Searches() {
  const { t } = useTranslation();
  const mayWrite = useMay("searches:write");
  const [asked, ask] = useSearchParams();
  const paged = usePaged(["searches"], (cursor) => dataOf(api.GET("/v1/saved-searches", { params: { query: { limit: 20, cursor } } })));
  const show = (id: string | null) => ask(id === null ? { tab: "searches" } : { tab: "searches", id }, { replace: true });
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("searches.intro")}</Typography.Text>
      {mayWrite && (
        <div>
          <SaveSearch button={{ type: "primary" }} />
        </div>
      )}
      <PagedTable<Search>
        cards
        paged={paged}
        rowKey="id"
        locale={{ emptyText: t("searches.none") }}
        columns={[
          {
            title: t("searches.name"),
            dataIndex: "name",
            render: (name: string, one) => (
              <div style={{ maxWidth: 280, whiteSpace: "normal" }}>
                <Typography.Text strong>{name}</Typography.Text>
                <div>
                  <For search={one} />
                </div>
              </div>
            ),
          },
          { title: t("searches.filters"), key: "filters", render: (_, one) => <Where search={one} /> },
          { title: t("searches.best"), dataIndex: "best", align: "right" },
          {
            title: t("searches.state"),
            key: "state",
            render: (_, one) => <Tag color={COLOUR[stateOf(one)]}>{t(`searches.${stateOf(one)}`)}</Tag>,
          },
          { title: t("common.updatedAt"), dataIndex: "updated_at", render: instant },
          {
            title: t("common.actions"),
            key: "actions",
            render: (_, one) => (
              <Flex gap={4} wrap style={{ minWidth: 200 }}>
                <Button size="small" onClick={() => show(one.id)}>
                  {t("searches.hits")}
                </Button>
                {mayWrite && <Changes search={one} />}
              </Flex>
            ),
          },
        ]}
      />
      <HitsDrawer id={asked.get("id")} onClose={() => show(null)} />
    </Flex>
  );
}

/** Whom the search is for, by name. */
export function For({ search }: { search: Search }) {
  const { t } = useTranslation();
  const subject = subjectOf(search);
  return (
    <>
      {t(`searches.${subject}`)}
      {search.project_id && (
        <>
          : <ProjectName id={search.project_id} />
        </>
      )}
      {search.profile_id && (
        <>
          : <ProfileName id={search.profile_id} />
        </>
      )}
      {search.project && `: ${search.project.name}`}
    </>
  );
}

function Where({ search }: { search: Search }) {
  const { t } = useTranslation();
  const { filters } = search;
  return (
    <Flex gap={4} wrap style={{ maxWidth: 240 }}>
      {filters?.province && <Tag>{/^\d{6}$/.test(filters.province) ? <RegionName code={filters.province} /> : filters.province}</Tag>}
      {filters?.region_codes?.map((code) => (
        <Tag key={code}>
          <RegionName code={code} />
        </Tag>
      ))}
      {filters?.site_kinds?.map((kind) => (
        <Tag key={kind}>{t(`choice.site_kind_${kind}`)}</Tag>
      ))}
      {filters?.programmes?.map((programme) => (
        <Tag key={programme}>{t(`choice.programme_${programme}`)}</Tag>
      ))}
      {filters === null && <span>{t("searches.anywhere")}</span>}
      {Object.keys(search.weights).length > 0 && <Tag color="purple">{t("searches.weights")}</Tag>}
    </Flex>
  );
}

function Changes({ search }: { search: Search }) {
  const { t } = useTranslation();
  const params = { path: { search_id: search.id }, header: versionTag(search) };
  const changes = [["searches"]];
  const ofPlaces = subjectOf(search) !== "forProfile";
  return (
    <>
      <FormDialog<SearchValues>
        label={t("common.edit")}
        button={{ size: "small" }}
        initial={{ name: search.name, best: search.best, language: search.language, ...(ofPlaces ? { filters: search.filters ?? {} } : {}) }}
        changes={changes}
        run={({ name, best, language, filters }) =>
          dataOf(
            api.PATCH("/v1/saved-searches/{search_id}", {
              params,
              body: { name, best, language, ...(ofPlaces ? { filters: filtersOf(filters ?? {}) } : {}) },
            }),
          )
        }
      >
        <SearchFields ofPlaces={ofPlaces} />
      </FormDialog>
      {search.paused_because !== "subject_gone" && (
        <ActButton
          label={t(search.active ? "searches.pause" : "searches.resume")}
          sentence={t(search.active ? "searches.pauseSays" : "searches.resumeSays")}
          button={{ size: "small" }}
          changes={changes}
          run={() => dataOf(api.PATCH("/v1/saved-searches/{search_id}", { params, body: { active: !search.active } }))}
        />
      )}
      <ActButton
        label={t("common.delete")}
        sentence={t("searches.deleteSays")}
        button={{ size: "small", danger: true }}
        changes={changes}
        run={() => dataOf(api.DELETE("/v1/saved-searches/{search_id}", { params }))}
      />
    </>
  );
}
