import { Card, DatePicker, Flex, Form, Input, InputNumber, Tag, Typography } from "antd";
import { Button } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { amount } from "../../parts/amounts";
import { asDay, dayOf, instant } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useQuantities } from "../../parts/reference";
import { unitName } from "../../parts/units";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay, useSession } from "../../shell/session";
import "./holdWords";
import { sideOf, type Opportunity } from "./stages";

type Hold = Schemas["HoldRead"];

const FIELDS = [
  ["land_mu", "mu"],
  ["floor_area_m2", "m2"],
  ["power_kva", "kVA"],
  ["labour_persons", "persons"],
] as const;

const COLOUR: Record<Hold["state"], string> = {
  requested: "gold",
  active: "green",
  released: "default",
  expired: "default",
  committed: "cyan",
};

/** The last instant of a day in China, at which a hold ends. */
const endOf = (day: Dayjs) => `${dayOf(day)}T23:59:59+08:00`;

/** What is kept of the place for the project, and what may be done about it now. */
export function Holds({ row }: { row: Opportunity }) {
  const { t } = useTranslation();
  const mayWrite = useMay("holds:write");
  const side = sideOf(row, useSession().organisation.id);
  const query = { project_id: row.project_id, profile_id: row.profile_id };
  const paged = usePaged(["holds", query], (cursor) =>
    dataOf(api.GET("/v1/holds", { params: { query: { ...query, limit: 20, cursor } } })),
  );
  const isLive = paged.items.some(({ state }) => state === "requested" || state === "active");
  const mayAsk = mayWrite && side !== null && row.stage !== "ended" && !isLive && !paged.loading && !paged.error;
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" gap={12} wrap>
        <Typography.Text type="secondary" style={{ maxWidth: 720 }}>
          {t("holds.intro")}
        </Typography.Text>
        {mayAsk && <AskHold row={row} isPlace={side === "profile"} />}
      </Flex>
      <ProblemAlert error={paged.error} />
      {paged.items.map((hold) => (
        <OneHold key={hold.id} hold={hold} />
      ))}
      {paged.items.length === 0 && !paged.loading && !paged.error && (
        <Typography.Text type="secondary">{t("holds.none")}</Typography.Text>
      )}
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

type Asked = Partial<Record<(typeof FIELDS)[number][0], number | null>> & { until?: Dayjs | null };

function AskHold({ row, isPlace }: { row: Opportunity; isPlace: boolean }) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const run = ({ until, ...amounts }: Asked, key: string) =>
    dataOf(
      api.POST("/v1/holds", {
        params: { header: { "idempotency-key": key } },
        body: {
          project_id: row.project_id,
          profile_id: row.profile_id,
          ...Object.fromEntries(Object.entries(amounts).filter(([, value]) => value)),
          ...(until ? { expires_at: endOf(until) } : {}),
        },
      }),
    );
  return (
    <FormDialog<Asked> label={t(isPlace ? "holds.create" : "holds.request")} button={{ type: "primary" }} run={run} changes={[["holds"], ["profile", row.profile_id]]}>
      <Typography.Paragraph type="secondary">{t("holds.intro")}</Typography.Paragraph>
      {FIELDS.map(([field, unit]) => (
        <Form.Item key={field} name={field} label={`${name(field)} (${unitName(unit, i18n.language)})`}>
          <InputNumber min={0} style={{ width: "100%" }} />
        </Form.Item>
      ))}
      <Form.Item name="until" label={t("holds.until")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
    </FormDialog>
  );
}

function OneHold({ hold }: { hold: Hold }) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const registered = useQuantities();
  const held: [string, string, number][] = [
    ...FIELDS.flatMap(([field, unit]): [string, string, number][] => (hold[field] === null ? [] : [[field, unit, hold[field]]])),
    ...Object.entries(hold.quantities as Record<string, number>).map(([field, value]): [string, string, number] => [
      field,
      registered.find((one) => one.name === field)?.unit ?? "",
      value,
    ]),
  ];
  return (
    <Card size="small">
      <Flex justify="space-between" gap={12} wrap>
        <Flex vertical gap={4}>
          <Flex gap={8} align="center" wrap>
            <Tag color={COLOUR[hold.state]}>{t(`holds.state_${hold.state}`)}</Tag>
            <Typography.Text type="secondary">
              {t("holds.expires")} {instant(hold.expires_at)}
            </Typography.Text>
          </Flex>
          <Flex gap={16} wrap>
            {held.map(([field, unit, value]) => (
              <span key={field}>
                {name(field)} <strong>{amount(value, unit, i18n.language)}</strong>
                {hold.commitments[field] && (
                  <Typography.Text type="secondary">{` · ${hold.commitments[field].document_no}`}</Typography.Text>
                )}
              </span>
            ))}
          </Flex>
          {hold.reason && <Typography.Text type="secondary">{hold.reason}</Typography.Text>}
          {hold.warnings.map((warned) => (
            <Typography.Text key={warned.code + warned.quantity} type="warning">
              {t("holds.warning")}: {warned.detail}
            </Typography.Text>
          ))}
        </Flex>
        <HoldActions hold={hold} fields={held.map(([field]) => field).filter((field) => field !== "labour_persons")} />
      </Flex>
    </Card>
  );
}

/** What the service says that the caller may do with this hold now. */
function HoldActions({ hold, fields }: { hold: Hold; fields: string[] }) {
  const { t } = useTranslation();
  const name = useFieldName();
  const params = { path: { hold_id: hold.id }, header: versionTag(hold) };
  const changes = [["holds"], ["profile", hold.profile_id]];
  return (
    <Flex gap={8} wrap align="start">
      {hold.actions.includes("grant") && (
        <ActButton
          label={t("holds.grant")}
          sentence={t("holds.grantSays")}
          button={{ type: "primary", size: "small" }}
          changes={changes}
          run={() => dataOf(api.POST("/v1/holds/{hold_id}/grant", { params }))}
        />
      )}
      {hold.actions.includes("extend") && (
        <FormDialog<{ until: Dayjs }>
          label={t("holds.extend")}
          button={{ size: "small" }}
          initial={{ until: asDay(hold.expires_at)?.add(30, "day") }}
          changes={changes}
          run={({ until }) => dataOf(api.POST("/v1/holds/{hold_id}/extend", { params, body: { expires_at: endOf(until) } }))}
        >
          <Form.Item name="until" label={t("holds.until")} rules={[{ required: true, message: t("common.required") }]}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
        </FormDialog>
      )}
      {hold.actions.includes("commit") && (
        <FormDialog<{ documents: Record<string, string> }>
          label={t("holds.commit")}
          button={{ size: "small" }}
          changes={changes}
          run={({ documents }) =>
            dataOf(
              api.POST("/v1/holds/{hold_id}/commit", {
                params,
                body: { documents: Object.fromEntries(Object.entries(documents).filter(([, number]) => number)) },
              }),
            )
          }
        >
          <Typography.Paragraph type="secondary">{t("holds.commitNote")}</Typography.Paragraph>
          {fields.map((field) => (
            <Form.Item key={field} name={["documents", field]} label={t("holds.documentOf", { name: name(field) })} rules={[{ required: true, message: t("common.required") }]}>
              <Input maxLength={100} />
            </Form.Item>
          ))}
        </FormDialog>
      )}
      {hold.actions.includes("release") && (
        <FormDialog<{ reason?: string }>
          label={t("holds.release")}
          button={{ size: "small", danger: true }}
          changes={changes}
          run={({ reason }) => dataOf(api.POST("/v1/holds/{hold_id}/release", { params, body: { reason: reason || null } }))}
        >
          <Form.Item name="reason" label={t("holds.releaseReason")}>
            <Input maxLength={200} />
          </Form.Item>
        </FormDialog>
      )}
    </Flex>
  );
}
