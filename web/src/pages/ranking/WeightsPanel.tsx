import { Button, Card, Flex, Slider, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { colourOf } from "./colours";
import { countsSomething, defaultPoints, MOST_POINTS, shares, type Points } from "./weights";

interface Props {
  criteria: Schemas["CriterionRead"][];
  points: Points;
  onChange: (points: Points) => void;
}

/** A slider for each criterion; it is the legend of the bars as well. */
export function WeightsPanel({ criteria, points, onChange }: Props) {
  const { t } = useTranslation();
  const order = criteria.map(({ name }) => name);
  const share = shares(points);
  return (
    <Card
      size="small"
      title={t("ranking.weights")}
      extra={
        <Button size="small" onClick={() => onChange(defaultPoints(criteria))}>
          {t("ranking.reset")}
        </Button>
      }
    >
      <Typography.Paragraph type="secondary" style={{ marginBottom: 8 }}>
        {t("ranking.weightsNote")}
      </Typography.Paragraph>
      {criteria.map(({ name, title, text }) => (
        <Flex key={name} align="center" gap={10}>
          <span
            aria-hidden
            style={{ flex: "0 0 10px", height: 10, borderRadius: 2, background: colourOf(name, order) }}
          />
          <Tooltip title={text} placement="left">
            <span style={{ flex: "0 0 104px", fontSize: 13 }}>{title}</span>
          </Tooltip>
          <Slider
            style={{ flex: 1, marginBlock: 6 }}
            min={0}
            max={MOST_POINTS}
            value={points[name] ?? 0}
            onChange={(value) => onChange({ ...points, [name]: value })}
            ariaLabelForHandle={title}
            tooltip={{ open: false }}
          />
          <span className="numbers" style={{ flex: "0 0 40px", fontSize: 13 }}>
            {Math.round((share[name] ?? 0) * 100)}%
          </span>
        </Flex>
      ))}
      {!countsSomething(points) && (
        <Typography.Text type="danger" role="alert">
          {t("ranking.allZero")}
        </Typography.Text>
      )}
    </Card>
  );
}
