import { Typography, type ButtonProps } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { FormDialog } from "../../parts/actions";
import { useMay } from "../../shell/session";
import { filtersOf } from "./filters";
import { SearchFields, SubjectFields, useBlank, type SearchValues } from "./SearchForm";
import "./words";

interface Props {
  /** For this project, or this place; neither asks for it. */
  projectId?: string;
  profileId?: string;
  /** What the search is called unless somebody calls it otherwise. */
  name?: string;
  /** Those of the ranking that it is saved from. */
  weights?: Record<string, number>;
  button?: ButtonProps;
}

/** A button that saves a search: from then on one is told of what comes to fit, and of what fits no more. */
export function SaveSearch({ projectId, profileId, name, weights, button }: Props) {
  const { t } = useTranslation();
  const may = useMay("searches:write");
  const blank = useBlank();
  if (!may) return null;
  const given = projectId !== undefined || profileId !== undefined;
  const run = (values: SearchValues, key: string) => {
    const project_id = projectId ?? values.project_id;
    const profile_id = profileId ?? values.profile_id;
    const body: Schemas["SavedSearchWrite"] = {
      name: values.name,
      best: values.best,
      language: values.language,
      active: true,
      weights: weights ?? {},
      ...(profile_id === undefined ? { project_id, filters: filtersOf(values.filters ?? {}) } : { profile_id }),
    };
    return dataOf(api.POST("/v1/saved-searches", { body, params: { header: { "idempotency-key": key } } }));
  };
  return (
    <FormDialog<SearchValues>
      label={t(given ? "searches.save" : "searches.add")}
      button={button}
      initial={{ ...blank, ...(name ? { name } : {}) }}
      changes={[["searches"]]}
      run={run}
    >
      <Typography.Paragraph type="secondary">{t("searches.saveSays")}</Typography.Paragraph>
      {!given && <SubjectFields />}
      <SearchFields ofPlaces={given ? profileId === undefined : undefined} />
    </FormDialog>
  );
}
