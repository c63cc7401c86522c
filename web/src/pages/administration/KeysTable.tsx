import type { QueryKey } from "@tanstack/react-query";
import { Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { ActButton } from "../../parts/actions";
import { instant } from "../../parts/dates";
import { PagedTable } from "../../parts/PagedTable";
import type { usePaged } from "../../parts/usePaged";
import { keyState } from "./keyState";

export type Key = Schemas["KeyRead"];

interface Props {
  paged: ReturnType<typeof usePaged<Key>>;
  changes: QueryKey[];
  /** Whose keys they are, where that is not clear. */
  owner?: (one: Key) => React.ReactNode;
  revoke: ((one: Key) => Promise<unknown>) | undefined;
}

const COLOUR = { active: "green", expired: "default", revoked: "red" } as const;

/** Keys without their secrets, and whether they still open anything. */
export function KeysTable({ paged, changes, owner, revoke }: Props) {
  const { t } = useTranslation();
  return (
    <PagedTable<Key>
      cards
      paged={paged}
      rowKey="id"
      columns={[
        { title: t("admin.name"), dataIndex: "name" },
        { title: t("admin.prefix"), dataIndex: "prefix", render: (text: string) => <code>{text}</code> },
        ...(owner ? [{ title: t("admin.who"), key: "owner", render: (_: unknown, one: Key) => owner(one) }] : []),
        {
          title: t("admin.scopes"),
          dataIndex: "scopes",
          render: (scopes: string[]) =>
            scopes.length === 0 ? t("admin.allScopes") : <Tooltip title={scopes.join(" ")}>{t("admin.scopeCount", { count: scopes.length })}</Tooltip>,
        },
        { title: t("admin.created"), dataIndex: "created_at", render: instant },
        { title: t("admin.expires"), dataIndex: "expires_at", render: (at: string | null) => (at ? instant(at) : t("admin.never")) },
        {
          title: t("admin.state"),
          key: "state",
          render: (_, one) => {
            const state = keyState(one, new Date());
            return <Tag color={COLOUR[state]}>{t(`admin.${state}`)}</Tag>;
          },
        },
        ...(revoke
          ? [
              {
                title: t("common.actions"),
                key: "actions",
                render: (_: unknown, one: Key) =>
                  one.revoked_at ? null : (
                    <ActButton
                      label={t("admin.revoke")}
                      sentence={t("admin.revokeSays")}
                      button={{ size: "small", danger: true }}
                      changes={changes}
                      run={() => revoke(one)}
                    />
                  ),
              },
            ]
          : []),
      ]}
    />
  );
}
