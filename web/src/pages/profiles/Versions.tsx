import { Card, Flex, Table, Tag, Typography } from "antd";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { instant } from "../../parts/dates";
import { FIELD_UNITS } from "../../parts/fieldUnits";
import { useFieldName } from "../../parts/fieldWords";
import { figure } from "../../parts/numbers";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useQuantities } from "../../parts/reference";
import { unitName } from "../../parts/units";
import { usePaged } from "../../parts/usePaged";
import { differences, type Difference, type Profile } from "./figures";

type Version = Schemas["ProfileVersionRead"];

/** Every published state, newest first, each with what it changed. */
export function Versions({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const paged = usePaged(["profile-versions", profile.id], (cursor) =>
    dataOf(
      api.GET("/v1/profiles/{profile_id}/versions", {
        params: { path: { profile_id: profile.id }, query: { limit: 20, cursor } },
      }),
    ),
  );
  const sorted = [...paged.items].sort((a, b) => b.version - a.version);
  if (paged.error) return <ProblemAlert error={paged.error} />;
  return (
    <Flex vertical gap={12}>
      {sorted.map((version, place) => (
        <OneVersion
          key={version.version}
          version={version}
          before={sorted[place + 1]}
          isCut={place === sorted.length - 1 && paged.more !== null}
        />
      ))}
      {sorted.length === 0 && !paged.loading && <Typography.Text type="secondary">{t("common.nothing")}</Typography.Text>}
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

function OneVersion({ version, before, isCut }: { version: Version; before: Version | undefined; isCut: boolean }) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const changed = before ? differences(before.profile, version.profile) : [];
  const title = (field: string) =>
    field.startsWith("evidence.") ? t("profiles.evidenceOf", { name: name(field.slice(9)) }) : fieldTitle(field);
  const registered = useQuantities();
  const fieldTitle = (field: string) => {
    if (field === "restricted_fields") return t("profiles.restrict");
    const unit = FIELD_UNITS[field] ?? registered.find((one) => one.name === field)?.unit;
    return unit ? `${name(field)} (${unitName(unit, i18n.language)})` : name(field);
  };
  const shown = (value: unknown) => written(value, name, i18n.language);
  return (
    <Card
      size="small"
      title={
        <Flex gap={8} align="center" wrap>
          <Tag color="cyan">{`${t("profiles.version")} ${version.version}`}</Tag>
          <Typography.Text type="secondary">{instant(version.published_at)}</Typography.Text>
        </Flex>
      }
    >
      {changed.length > 0 ? (
        <Table<Difference>
          size="small"
          rowKey="field"
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={changed}
          columns={[
            { title: "", dataIndex: "field", render: title },
            { title: t("profiles.before"), dataIndex: "before", render: (value) => <Typography.Text delete={value !== null} type="secondary">{shown(value)}</Typography.Text> },
            { title: t("profiles.after"), dataIndex: "after", render: (value) => <Typography.Text strong>{shown(value)}</Typography.Text> },
          ]}
        />
      ) : (
        t(before ? "profiles.noDifference" : isCut ? "profiles.olderNeeded" : "profiles.firstVersion")
      )}
    </Card>
  );
}

function written(value: unknown, name: (field: string) => string, language: string): string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "number") return figure(value, 4);
  if (typeof value === "boolean") return value ? (language === "en" ? "yes" : "是") : language === "en" ? "no" : "否";
  if (Array.isArray(value)) return value.length === 0 ? "—" : value.map((one) => written(one, name, language)).join("、");
  if (typeof value === "object") return Object.values(value).filter((one) => one !== null).map(String).join(" · ");
  return name(String(value));
}
