import { Alert, List, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Refused } from "../api/client";

/** What went wrong, in the service's own sentence, with the number that an operator finds it by. */
export function ProblemAlert({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (error === null || error === undefined) return null;
  if (!(error instanceof Refused))
    return <Alert type="error" showIcon role="alert" title={t("common.offline")} description={String(error)} />;
  const { problem } = error;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={problem.detail || problem.title || t("common.problem")}
      description={
        <>
          {problem.errors && problem.errors.length > 0 && (
            <List
              size="small"
              dataSource={problem.errors}
              renderItem={(field) => (
                <List.Item>
                  <Typography.Text code>{field.pointer}</Typography.Text> {field.detail}
                </List.Item>
              )}
            />
          )}
          <Typography.Text type="secondary" copyable={{ text: problem.request_id }}>
            {problem.code} · {t("common.requestId")} {problem.request_id}
          </Typography.Text>
        </>
      }
    />
  );
}
