import { Button, Card, Flex, Grid, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { useChange } from "../../parts/actions";
import { waitingIn } from "../../parts/approvalsWaiting";
import { changedMeanwhile, put } from "../../parts/changedMeanwhile";
import { fieldErrors } from "../../parts/fieldErrors";
import { useFieldName } from "../../parts/fieldWords";
import { Meanwhile } from "../../parts/Meanwhile";
import { figure } from "../../parts/numbers";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useQuantities } from "../../parts/reference";
import { useDraft } from "../../parts/useDraft";
import { versionTag } from "../../parts/versionTag";
import { FigureRow } from "./FigureRow";
import { GROUPS, patchOf, type Profile } from "./figures";
import { objections } from "./objections";
import { PlaceFields } from "./PlaceFields";

export type Draft = Profile;

interface Props {
  profile: Profile;
  mayEdit: boolean;
}

/** The county's own form: every figure with its unit, its evidence, its age and whether others see it. */
export function ProfileForm({ profile, mayEdit }: Props) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const wide = Grid.useBreakpoint().xl;
  const { draft, read, origin, isBehind, set, ...kept } = useDraft<Draft>(profile);
  const [adding, setAdding] = useState<string[]>([]);
  const registered = useQuantities().filter((quantity) => !quantity.is_field);
  const patch = patchOf(read as unknown as Record<string, unknown>, draft as unknown as Record<string, unknown>);
  const changed = Object.keys(patch).length;
  const save = useChange(
    async () => {
      const answer = await dataOf(
        api.PATCH("/v1/profiles/{profile_id}", {
          params: { path: { profile_id: profile.id }, header: versionTag(read) },
          body: patch as Schemas["ProfilePatch"],
        }),
      );
      // What waits for a second person is kept with the approval; the profile stays as it was until then.
      if (waitingIn(answer)) kept.discard();
      else kept.stored(draft, answer as Profile);
      return answer;
    },
    [["profile", profile.id], ["profile-versions", profile.id], ["profiles"], ["fits", profile.id], ["pair"]],
  );
  const found = objections(draft, registered);
  const errors = new Map([
    ...fieldErrors(save.error, i18n.language).map((one): [string, string] => [one.name.join("."), one.errors.join(" ")]),
    ...[...found].map(([path, { word, bound }]): [string, string] => [path, t(`limit.${word}`, { bound: figure(bound) })]),
  ]);
  const meanwhile = isBehind ? changedMeanwhile(origin, read, draft, UNSAID) : [];
  const quantities = draft.quantities as Record<string, number>;
  const listed = [...new Set([...Object.keys(quantities), ...Object.keys(read.bands).filter(isOther), ...adding])];
  const row = (field: string, unit: string, value: number | null, change: (value: number | null) => void) => (
    <FigureRow
      key={field}
      field={field}
      unit={unit}
      value={value}
      change={change}
      draft={draft}
      set={set}
      mayEdit={mayEdit}
      problem={errors.get(field) ?? errors.get(`quantities.${field}`)}
    />
  );
  return (
    <Flex vertical gap={16}>
      <div style={{ display: "grid", gap: 16, gridTemplateColumns: wide ? "1fr 1fr" : "minmax(0, 1fr)", alignItems: "start" }}>
        <Flex vertical gap={16}>
          {(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((group) => (
            <Card key={group} size="small" title={t(`profiles.${group}`)}>
              {GROUPS[group].map(([field, unit]) => row(field, unit, draft[field], (value) => set({ [field]: value })))}
            </Card>
          ))}
          <Card size="small" title={t("profiles.groupQuantities")}>
            {listed.map((field) => {
              const unit = registered.find((one) => one.name === field)?.unit ?? "";
              return row(field, unit, quantities[field] ?? null, (value) => {
                const { [field]: _, ...others } = quantities;
                set({ quantities: value === null ? others : { ...others, [field]: value } });
              });
            })}
            {listed.length === 0 && !mayEdit && <Typography.Text type="secondary">{t("common.nothing")}</Typography.Text>}
            {mayEdit && (
              <Select
                aria-label={t("profiles.addQuantity")}
                placeholder={t("profiles.addQuantity")}
                showSearch={{ optionFilterProp: "label" }}
                style={{ width: "100%", marginTop: 8 }}
                value={null}
                onChange={(field: string | null) => field && setAdding((before) => [...before, field])}
                options={registered
                  .filter((one) => !listed.includes(one.name))
                  .map((one) => ({ value: one.name, label: name(one.name) }))}
              />
            )}
          </Card>
        </Flex>
        <Card size="small" title={t("profiles.groupPlace")}>
          <PlaceFields draft={draft} set={set} mayEdit={mayEdit} errors={errors} />
        </Card>
      </div>
      {mayEdit && (
        <Card size="small" style={changed ? { position: "sticky", bottom: 8, zIndex: 5 } : {}}>
          <Flex vertical gap={8}>
            <ProblemAlert error={save.error} />
            <Meanwhile changes={meanwhile} seen={kept.seen} take={({ path, after }) => kept.replace(put(draft, path, after))} />
            <Flex gap={12} align="center" justify="end" wrap>
              <Typography.Text type={found.size > 0 ? "danger" : changed ? "warning" : "secondary"} aria-live="polite">
                {found.size > 0
                  ? t("profiles.objections", { count: found.size })
                  : changed
                    ? t("profiles.changedCount", { count: changed })
                    : t("profiles.unchanged")}
              </Typography.Text>
              <Button disabled={changed === 0} onClick={kept.discard}>
                {t("profiles.discard")}
              </Button>
              <Button type="primary" disabled={!changed || found.size > 0} loading={save.isPending} onClick={() => save.mutate(undefined)}>
                {t("profiles.save")}
              </Button>
            </Flex>
          </Flex>
        </Card>
      )}
    </Flex>
  );
}

/** What only the service says of a profile. */
const UNSAID = ["id", "version", "created_at", "updated_at", "approved_by", "status", "bands", "unconfirmed", "entered_by_organisation_id", "organisation_id"];
const FIELDS = new Set<string>(Object.values(GROUPS).flatMap((group) => group.map(([field]) => field)));
const isOther = (field: string) => !FIELDS.has(field);
