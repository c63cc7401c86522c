import { Button, Card, Flex, Form, Input, InputNumber, Progress, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, FormDialog } from "../../parts/actions";
import { amount } from "../../parts/amounts";
import { useFieldName } from "../../parts/fieldWords";
import { useRules } from "../../parts/limits";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { ProfileName } from "../../parts/names";
import { useCapacities } from "../../parts/reference";
import { unitName } from "../../parts/units";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";
import "./poolWords";

type Pool = Schemas["PoolRead"];
type Values = Schemas["PoolWrite"];

const CHANGES = [["pools"]];

/** What several own sites draw on together; of one profile, those that it is a member of. */
export function Pools({ profileId }: { profileId?: string }) {
  const { t } = useTranslation();
  const mayWrite = useMay("pools:write");
  const paged = usePaged(["pools"], (cursor) => dataOf(api.GET("/v1/capacity-pools", { params: { query: { limit: 50, cursor } } })));
  const shown = profileId === undefined ? paged.items : paged.items.filter(({ members }) => members.includes(profileId));
  const add = (body: Values, key: string) =>
    dataOf(api.POST("/v1/capacity-pools", { params: { header: { "idempotency-key": key } }, body: { ...body, members: body.members ?? [] } }));
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" gap={12} wrap>
        <Typography.Text type="secondary" style={{ maxWidth: 760 }}>
          {t("pools.intro")}
        </Typography.Text>
        {mayWrite && (
          <FormDialog<Values>
            label={t("pools.add")}
            button={{ type: "primary" }}
            initial={{ quantity: "power_kva", members: profileId === undefined ? [] : [profileId] }}
            run={add}
            changes={CHANGES}
          >
            <PoolFields />
          </FormDialog>
        )}
      </Flex>
      <ProblemAlert error={paged.error} />
      {shown.map((pool) => (
        <OnePool key={pool.id} pool={pool} />
      ))}
      {shown.length === 0 && !paged.loading && !paged.error && <Typography.Text type="secondary">{t("pools.none")}</Typography.Text>}
      {(paged.more || paged.loading) && (
        <Button onClick={paged.more ?? undefined} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

function OnePool({ pool }: { pool: Pool }) {
  const { t, i18n } = useTranslation();
  const mayWrite = useMay("pools:write");
  const name = useFieldName();
  const unit = useCapacities().find((one) => one.name === pool.quantity)?.unit ?? "";
  const params = { path: { pool_id: pool.id }, header: versionTag(pool) };
  const percent = pool.capacity > 0 ? Math.round((100 * pool.held) / pool.capacity) : pool.held > 0 ? 100 : 0;
  return (
    <Card size="small" title={pool.name}>
      <Flex vertical gap={8}>
        <Flex gap={24} wrap align="center">
          <span>
            {name(pool.quantity)} <strong>{amount(pool.capacity, unit, i18n.language)}</strong>
          </span>
          <span>{`${t("pools.held")} ${amount(pool.held, unit, i18n.language)}`}</span>
          <span>
            {t("pools.left")} <strong>{amount(pool.capacity - pool.held, unit, i18n.language)}</strong>
          </span>
          <Progress percent={percent} style={{ width: 160, margin: 0 }} status="normal" aria-label={t("pools.full", { percent })} />
        </Flex>
        <Flex gap={8} wrap>
          <Typography.Text type="secondary">{t("pools.members")}:</Typography.Text>
          {pool.members.map((id) => (
            <span key={id}>
              <ProfileName id={id} />
            </span>
          ))}
          {pool.members.length === 0 && "—"}
        </Flex>
        {mayWrite && (
          <Flex gap={8}>
            <FormDialog<Values>
              label={t("pools.edit")}
              button={{ size: "small" }}
              initial={{ name: pool.name, quantity: pool.quantity, capacity: pool.capacity, members: pool.members }}
              run={(body) => dataOf(api.PUT("/v1/capacity-pools/{pool_id}", { params, body }))}
              changes={CHANGES}
            >
              <PoolFields />
            </FormDialog>
            <ActButton
              label={t("pools.remove")}
              sentence={t("pools.removeSays")}
              button={{ size: "small", danger: true }}
              run={() => dataOf(api.DELETE("/v1/capacity-pools/{pool_id}", { params }))}
              changes={CHANGES}
            />
          </Flex>
        )}
      </Flex>
    </Card>
  );
}

function PoolFields() {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const rules = useRules("PoolWrite");
  const capacities = useCapacities().filter(({ warns }) => !warns);
  const quantity = Form.useWatch<string | undefined>("quantity");
  const asked = capacities.find((one) => one.name === quantity);
  const places = usePaged(["profiles", "own", "choice"], (cursor) =>
    dataOf(api.GET("/v1/profiles", { params: { query: { own: true, limit: 100, cursor } } })),
  );
  return (
    <>
      <Form.Item name="name" label={t("pools.name")} rules={rules("name")}>
        <Input placeholder={t("pools.namePlaceholder")} />
      </Form.Item>
      <Form.Item name="quantity" label={t("pools.quantity")} rules={rules("quantity")}>
        <Select showSearch={{ optionFilterProp: "label" }} options={capacities.map((one) => ({ value: one.name, label: name(one.name) }))} />
      </Form.Item>
      <Form.Item
        name="capacity"
        label={t("pools.capacityIn", { unit: unitName(asked?.unit ?? "", i18n.language) })}
        rules={rules("capacity", asked ? { maximum: asked.maximum } : {})}
      >
        <InputNumber style={{ width: "100%" }} controls={false} inputMode="decimal" />
      </Form.Item>
      <Form.Item name="members" label={t("pools.members")} rules={rules("members")}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: "label" }}
          loading={places.loading}
          onPopupScroll={() => places.more?.()}
          options={places.items.map((one) => ({ value: one.id, label: one.site_name ?? one.region_code }))}
        />
      </Form.Item>
    </>
  );
}
