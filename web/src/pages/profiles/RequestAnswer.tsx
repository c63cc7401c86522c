import { useQuery } from "@tanstack/react-query";
import { ConfigProvider, Flex, Table, Tag, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ActButton } from "../../parts/actions";
import { amount } from "../../parts/amounts";
import { instant } from "../../parts/dates";
import { useFieldName } from "../../parts/fieldWords";
import { oneProfile } from "../../parts/one";
import { versionTag } from "../../parts/versionTag";
import { useMay } from "../../shell/session";
import "./words";

type Request = Schemas["ProfileRequestRead"];
type Difference = Request["differences"][number];

/** What came back, side by side with what is on record; taken over figure by figure, or declined. */
export function RequestAnswer({ request }: { request: Request }) {
  const { t, i18n } = useTranslation();
  const name = useFieldName();
  const { token } = theme.useToken();
  const mayWrite = useMay("profiles:write");
  const { data: profile } = useQuery(oneProfile(request.profile_id));
  const isOpen = request.state === "answered" && mayWrite;
  const [chosen, choose] = useState(() => request.differences.map(({ field }) => field));
  const by = request.answered_by;
  const shown = (value: Difference["before"], one: Difference) =>
    one.field === "land_use" && value !== null ? t(`profiles.landUse_${value}`, { defaultValue: String(value) }) : amount(value, one.unit, i18n.language);
  const params = { path: { request_id: request.id }, header: versionTag(request) };
  const changes = [["profile-requests"], ["profile", request.profile_id], ["profile-versions", request.profile_id], ["profiles"]];
  return (
    <Flex vertical gap={8}>
      <span>
        {t("requests.answeredBy", {
          office: by?.office ?? "",
          name: by?.name ?? "",
          title: by?.title ?? "",
          at: instant(request.answered_at),
          way: t(`requests.way_${request.answered_through ?? "link"}`),
        })}
      </span>
      {request.note && <Typography.Text style={{ whiteSpace: "pre-wrap" }}>{request.note}</Typography.Text>}
      {request.differences.length === 0 ? (
        <Typography.Text type="success">{t("requests.noDifferences")}</Typography.Text>
      ) : (
        <>
          {profile?.is_synthetic && <Typography.Text type="warning">{t("requests.synthetic")}</Typography.Text>}
          {/* The tint that follows from the primary colour would be a dark grey, on which nothing can be read. */}
          <ConfigProvider theme={{ components: { Table: { rowSelectedBg: token.colorFillQuaternary, rowSelectedHoverBg: token.colorFillTertiary } } }}>
            <Table<Difference>
              size="small"
              aria-label={t("requests.differences")}
              rowKey="field"
              pagination={false}
              dataSource={request.differences}
              scroll={{ x: "max-content" }}
              {...(isOpen
                ? {
                    rowSelection: {
                      selectedRowKeys: chosen,
                      onChange: (keys) => choose(keys.map(String)),
                      getCheckboxProps: (one) => ({ "aria-label": name(one.field) }),
                    },
                  }
                : {})}
              columns={[
                { title: t("requests.field"), key: "field", render: (_, one) => name(one.field) },
                { title: t("requests.now"), key: "now", render: (_, one) => <Typography.Text type="secondary">{shown(one.before, one)}</Typography.Text> },
                {
                  title: t("requests.after"),
                  key: "after",
                  render: (_, one) => (
                    <>
                      <Typography.Text strong>{one.after === null ? t("requests.notKnown") : shown(one.after, one)}</Typography.Text>{" "}
                      {one.accepted && <Tag color="green">{t("requests.taken")}</Tag>}
                    </>
                  ),
                },
              ]}
            />
          </ConfigProvider>
        </>
      )}
      {isOpen && (
        <Flex gap={8} wrap>
          {(chosen.length > 0 || request.differences.length === 0) && (
            <ActButton
              label={request.differences.length === 0 ? t("requests.takeAll") : t("requests.takeOver", { count: chosen.length })}
              sentence={t("requests.takeSays")}
              button={{ type: "primary", size: "small" }}
              changes={changes}
              run={() => dataOf(api.PUT("/v1/profile-requests/{request_id}/acceptance", { params, body: { fields: chosen } }))}
            />
          )}
          <ActButton
            label={t("requests.decline")}
            sentence={t("requests.declineSays")}
            button={{ danger: true, size: "small" }}
            changes={changes}
            run={() => dataOf(api.PUT("/v1/profile-requests/{request_id}/refusal", { params }))}
          />
        </Flex>
      )}
    </Flex>
  );
}
