import { UploadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Card, Flex, Select, Tag, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton, useChange } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { ProfileName } from "../../parts/names";
import { saveFile } from "../../parts/saveFile";
import { usePaged } from "../../parts/usePaged";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";
import { RequestAnswer } from "./RequestAnswer";
import "./requestWords";

type Request = Schemas["ProfileRequestRead"];
const STATES = ["open", "answered", "accepted", "declined", "withdrawn"] as const satisfies Request["state"][];
const COLOUR: Record<Request["state"], string> = {
  open: "blue",
  answered: "gold",
  accepted: "green",
  declined: "red",
  withdrawn: "default",
};
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** What counties were asked: of one profile, or of all. */
export function Requests({ profileId }: { profileId?: string }) {
  const { t } = useTranslation();
  const [state, setState] = useState<Request["state"]>();
  const query = { profile_id: profileId, state };
  const paged = usePaged(["profile-requests", query], (cursor) =>
    dataOf(api.GET("/v1/profile-requests", { params: { query: { ...query, newest_first: true, limit: 20, cursor } } })),
  );
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("requests.intro")}</Typography.Text>
      <Select
        aria-label={t("requests.stateFilter")}
        placeholder={t("requests.stateFilter")}
        allowClear
        style={{ width: 220 }}
        value={state ?? null}
        onChange={(next) => setState(next ?? undefined)}
        options={STATES.map((one) => ({ value: one, label: t(`requests.state_${one}`) }))}
      />
      <ProblemAlert error={paged.error} />
      {paged.items.map((request) => (
        <OneRequest key={request.id} request={request} isNamed={profileId === undefined} />
      ))}
      {paged.items.length === 0 && !paged.loading && !paged.error && <Typography.Text type="secondary">{t("requests.none")}</Typography.Text>}
      {(paged.more || paged.loading) && (
        <Button onClick={paged.more ?? undefined} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}

function OneRequest({ request, isNamed }: { request: Request; isNamed: boolean }) {
  const { t } = useTranslation();
  const name = useFieldName();
  const [open, setOpen] = useState(false);
  const count = request.fields.length;
  return (
    <Card size="small">
      <Flex vertical gap={8}>
        <Flex gap={8} wrap align="center">
          <Tag color={COLOUR[request.state]}>{t(`requests.state_${request.state}`)}</Tag>
          {request.state === "open" && request.is_expired && <Tag color="red">{t("requests.expired")}</Tag>}
          {isNamed && <ProfileName id={request.profile_id} />}
          {request.recipient && <strong>{request.recipient}</strong>}
          <Typography.Text type="secondary">
            {instant(request.created_at)} · {t("requests.expires", { at: instant(request.expires_at) })}
          </Typography.Text>
        </Flex>
        <div>
          <Button type="link" size="small" style={{ padding: 0 }} aria-expanded={open} disabled={count === 0} onClick={() => setOpen(!open)}>
            {count === 0 ? t("requests.askedAll") : t("requests.asked", { count })}
          </Button>
          {open && <div>{request.fields.map(name).join("、")}</div>}
        </div>
        {request.message && <Typography.Text style={{ whiteSpace: "pre-wrap" }}>{request.message}</Typography.Text>}
        {request.answered_at && <RequestAnswer key={request.version} request={request} />}
        <RequestActions request={request} />
      </Flex>
    </Card>
  );
}

function RequestActions({ request }: { request: Request }) {
  const { t } = useTranslation();
  const mayWrite = useMay("profiles:write");
  const params = { path: { request_id: request.id }, header: versionTag(request) };
  const changes = [["profile-requests"]];
  const sheet = useMutation({
    mutationFn: () => dataOf(api.GET("/v1/profile-requests/{request_id}/sheet", { params: { path: params.path }, parseAs: "blob" })),
    onSuccess: (content) => saveFile(content as unknown as Blob, `${t("requests.tab")}-${request.recipient ?? request.id}.xlsx`),
  });
  const enter = useChange(
    (file: File) =>
      dataOf(
        api.PUT("/v1/profile-requests/{request_id}/sheet", {
          params,
          headers: { "Content-Type": XLSX },
          body: file as never,
          bodySerializer: (body) => body as unknown as File,
        }),
      ),
    changes,
  );
  return (
    <Flex vertical gap={8}>
      <Flex gap={8} wrap>
        {request.state === "open" && (
          <Button size="small" loading={sheet.isPending} onClick={() => sheet.mutate()}>
            {t("requests.sheet")}
          </Button>
        )}
        {mayWrite && request.state === "open" && (
          <Upload
            accept=".xlsx"
            showUploadList={false}
            beforeUpload={(file) => {
              enter.mutate(file);
              return false;
            }}
          >
            <Button size="small" icon={<UploadOutlined />} loading={enter.isPending}>
              {t("requests.returned")}
            </Button>
          </Upload>
        )}
        {mayWrite && ["open", "answered"].includes(request.state) && (
          <ActButton
            label={t("requests.withdraw")}
            sentence={t("requests.withdrawSays")}
            button={{ size: "small", danger: true }}
            changes={changes}
            run={() => dataOf(api.DELETE("/v1/profile-requests/{request_id}", { params }))}
          />
        )}
      </Flex>
      <ProblemAlert error={sheet.error ?? enter.error} />
    </Flex>
  );
}
