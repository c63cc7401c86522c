import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "../api/client";
import { pageWords } from "../i18n/pageWords";
import { ProblemAlert } from "../parts/ProblemAlert";

pageWords(
  "newPassword",
  { title: "请先设置自己的密码", old: "临时密码", next: "新密码（至少 12 个字符）", save: "保存并继续" },
  { title: "Set a password of your own first", old: "Temporary password", next: "New password (12 characters or more)", save: "Save and go on" },
);

/** Whoever signs in with a temporary password sets one of their own before anything else. */
export function NewPassword({ personId }: { personId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: { old_password: string; new_password: string }) =>
      dataOf(api.POST("/v1/people/{person_id}/password", { params: { path: { person_id: personId } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["session"] }),
  });
  return (
    <Form layout="vertical" onFinish={change.mutate} requiredMark={false}>
      <Typography.Title level={4}>{t("newPassword.title")}</Typography.Title>
      <Form.Item name="old_password" label={t("newPassword.old")} rules={[{ required: true }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item name="new_password" label={t("newPassword.next")} rules={[{ required: true, min: 12 }]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <ProblemAlert error={change.error} />
      <Button type="primary" htmlType="submit" block loading={change.isPending} style={{ marginTop: 12 }}>
        {t("newPassword.save")}
      </Button>
    </Form>
  );
}
