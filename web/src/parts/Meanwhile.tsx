import { Alert, Button, Flex, Table, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { pageWords } from "../i18n/pageWords";
import { FieldValue } from "./FieldValue";
import { useFieldName } from "./fieldWords";
import type { Change, Path } from "./changedMeanwhile";

pageWords(
  "meanwhile",
  {
    title: "您填写期间，有人修改了以下 {{count}} 项",
    says: "您填写的内容都还在，保存后以您填写的为准；您没有动过的已换成对方的新内容。",
    field: "项目",
    before: "原值",
    after: "对方改为",
    mine: "您填写的",
    takeTheirs: "采用对方的",
    seen: "知道了",
    evidenceOf: "“{{name}}”的依据",
  },
  {
    title: "While you were typing, somebody changed the {{count}} below",
    says: "All that you have typed is here still and counts once you save it; whatever you did not touch is theirs by now.",
    field: "Field",
    before: "Was",
    after: "They say",
    mine: "You say",
    takeTheirs: "Take theirs",
    seen: "Seen",
    evidenceOf: "Evidence of “{{name}}”",
  },
);

interface Props {
  changes: Change[];
  /** Puts theirs where one's own stands. */
  take: (change: Change) => void;
  seen: () => void;
  /** What a field is called and how its value is written, where it is none of a project's or a profile's. */
  titleOf?: (path: Path) => string;
  written?: (path: Path, value: unknown) => ReactNode;
}

/** What somebody else has changed meanwhile, so that whoever is typing decides which of the two is saved. */
export function Meanwhile({ changes, take, seen, titleOf, written }: Props) {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  const title = ([field, entry]: Path) =>
    entry === undefined ? nameOf(field) : field === "evidence" ? t("meanwhile.evidenceOf", { name: nameOf(entry) }) : nameOf(entry);
  const shown = (path: Path, value: unknown) => written?.(path, value) ?? <FieldValue field={path[1] ?? path[0]} value={value} />;
  if (changes.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      role="status"
      title={t("meanwhile.title", { count: changes.length })}
      description={
        <Flex vertical gap={8}>
          {t("meanwhile.says")}
          {/* Long as it may be, the form behind it is to be seen. */}
          <div tabIndex={0} role="region" aria-label={t("meanwhile.after")} style={{ maxHeight: "30vh", overflow: "auto" }}>
            <Table<Change>
              size="small"
              aria-label={t("meanwhile.title", { count: changes.length })}
              rowKey={({ path }) => path.join(".")}
              pagination={false}
              scroll={{ x: "max-content" }}
              dataSource={changes}
              columns={[
                { title: t("meanwhile.field"), key: "field", render: (_, { path }) => (titleOf ?? title)(path) },
                { title: t("meanwhile.before"), key: "before", render: (_, { path, before }) => <Typography.Text type="secondary">{shown(path, before)}</Typography.Text> },
                { title: t("meanwhile.after"), key: "after", render: (_, { path, after }) => <Typography.Text strong>{shown(path, after)}</Typography.Text> },
                {
                  title: t("meanwhile.mine"),
                  key: "mine",
                  render: (_, change) =>
                    change.isMine && (
                      <Flex gap={8} wrap align="center">
                        <Typography.Text strong>{shown(change.path, change.mine)}</Typography.Text>
                        <Button size="small" onClick={() => take(change)}>
                          {t("meanwhile.takeTheirs")}
                        </Button>
                      </Flex>
                    ),
                },
              ]}
            />
          </div>
          <Button size="small" onClick={seen} style={{ alignSelf: "end" }}>
            {t("meanwhile.seen")}
          </Button>
        </Flex>
      }
    />
  );
}
