import { useQuery } from "@tanstack/react-query";
import { Card, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../../api/client";
import { instant } from "../../parts/dates";
import { figure } from "../../parts/numbers";
import { ProblemAlert } from "../../parts/ProblemAlert";
import type { Assessment } from "./risks";
import { shortfallOf, type Shortfall } from "./shortfalls";

const SHOWN = 10;

/** What the service told of this page: a target that is missed as things stand, one that got worse, one that is safe again. */
export function Shortfalls({ data }: { data: Assessment }) {
  const { t } = useTranslation();
  const told = useQuery({
    queryKey: ["events", "assessment.shortfall"],
    queryFn: async () => {
      // The feed is read from its beginning; of this kind it holds few, and a year of them at most.
      const all: Shortfall[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await dataOf(api.GET("/v1/events", { params: { query: { type: "assessment.shortfall", limit: 100, after } } }));
        all.push(...page.items.flatMap(shortfallOf));
        if (!page.has_more || page.next_after === null) return all;
        after = page.next_after;
      }
    },
  });
  if (told.error) return <ProblemAlert error={told.error} />;
  const here = (told.data ?? []).filter((one) => one.year === data.year && one.programme === data.programme && one.period === data.period).reverse();
  if (here.length === 0) return null;
  const nameOf = (code: string) => data.indicators.find((one) => one.code === code);
  return (
    <Card size="small" title={t("assess.alerts")}>
      <Flex vertical gap={8} component="ul" style={{ margin: 0, padding: 0, listStyle: "none" }}>
        {here.slice(0, SHOWN).map((one) => (
          <li key={one.id}>
            <Tag color={one.kind === "over" ? "green" : one.kind === "worse" ? "red" : "orange"}>{t(`assess.alert_${one.kind}`)}</Tag>
            <strong>{nameOf(one.indicator)?.name ?? one.indicator}</strong>
            {one.shortfall !== null && one.kind !== "over" && ` · ${t("assess.shortfall", { amount: `${figure(one.shortfall)} ${nameOf(one.indicator)?.unit_name ?? ""}` })}`}
            {one.expected !== null && ` · ${t("assess.expectedCase")} ${figure(one.expected)} / ${t("assess.target")} ${figure(one.target)}`}{" "}
            <Typography.Text type="secondary">{instant(one.at)}</Typography.Text>
          </li>
        ))}
      </Flex>
    </Card>
  );
}
