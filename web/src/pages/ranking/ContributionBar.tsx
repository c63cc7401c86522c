import { theme } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { points } from "../../parts/numbers";
import { colourOf } from "./colours";

interface Props {
  contributions: Schemas["ContributionRead"][];
  score: number;
  titles: Map<string, string>;
}

/** What each criterion gives to the score, of a hundred; the rest stays grey. */
export function ContributionBar({ contributions, score, titles }: Props) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const order = [...titles.keys()];
  const text = (one: Schemas["ContributionRead"]) =>
    `${titles.get(one.criterion) ?? one.criterion} ${points(one.contribution)}/${points(one.weight)}`;
  return (
    <div
      role="img"
      aria-label={t("ranking.barLabel", { score: points(score), parts: contributions.map(text).join(", ") })}
      style={{ display: "flex", height: 12, borderRadius: 6, overflow: "hidden", background: token.colorFillSecondary }}
    >
      {contributions.map((one) => (
        // The browser's own hint: two hundred of Ant Design's would be drawn anew with each move of a weight.
        <span
          key={one.criterion}
          title={text(one)}
          style={{
            width: `${one.contribution * 100}%`,
            background: colourOf(one.criterion, order),
            opacity: one.unknown ? 0.45 : 1,
            transition: "width 0.3s",
          }}
        />
      ))}
    </div>
  );
}
