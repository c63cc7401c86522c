import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Form, Input, Modal, Typography } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, dataOf, type Schemas } from "../../api/client";
import { useTellWaits } from "../../parts/actions";
import { newKey } from "../../parts/newKey";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { useMay, useSession } from "../../shell/session";
import "./words";

interface Props {
  project: Schemas["ProjectRead"];
  profile: Schemas["PlaceRead"];
}

/** Opens the joint record of a project and a place; only the project's or the place's side is offered it. */
export function RecommendButton({ project, profile }: Props) {
  const { t } = useTranslation();
  const { organisation } = useSession();
  const mayWrite = useMay("opportunities:write");
  const client = useQueryClient();
  const tellWaits = useTellWaits();
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState("");
  const key = useRef(newKey());
  const recommend = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/v1/opportunities", {
          params: { header: { "idempotency-key": key.current } },
          body: { project_id: project.id, profile_id: profile.id, note: note.trim() || null },
        }),
      ),
    onSuccess: (answer) => {
      tellWaits(answer);
      return client.invalidateQueries({ queryKey: ["opportunities"] });
    },
  });
  const side = [project.organisation_id, profile.organisation_id].includes(organisation.id);
  if (!mayWrite || !side || profile.unconfirmed) return null;
  const made = recommend.data;
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {t("ranking.recommend")}
      </Button>
      <Modal
        open={open}
        title={`${t("ranking.recommendTitle")}: ${profile.site_name}`}
        onCancel={() => setOpen(false)}
        okText={t("ranking.recommend")}
        cancelText={t("common.cancel")}
        okButtonProps={{ loading: recommend.isPending }}
        footer={made === undefined ? undefined : <Button onClick={() => setOpen(false)}>{t("common.close")}</Button>}
        onOk={() => recommend.mutate()}
      >
        {made === undefined ? (
          <Form layout="vertical">
            <Typography.Paragraph>{t("ranking.recommendNote")}</Typography.Paragraph>
            <Form.Item label={t("ranking.note")} htmlFor="recommend-note">
              <Input.TextArea
                id="recommend-note"
                value={note}
                onChange={(event) => {
                  setNote(event.target.value);
                  key.current = newKey(); // another body is another request
                }}
                autoSize={{ minRows: 3 }}
                maxLength={2000}
              />
            </Form.Item>
            <ProblemAlert error={recommend.error} />
          </Form>
        ) : (
          <Flex vertical gap={12} role="status">
            {"stage" in made ? (
              <>
                <Alert type="success" showIcon title={t("ranking.recommended")} />
                <Link to={`/opportunities/${made.id}`}>{t("ranking.open")} →</Link>
              </>
            ) : (
              <Alert type="info" showIcon title={t("ranking.submitted")} />
            )}
          </Flex>
        )}
      </Modal>
    </>
  );
}
