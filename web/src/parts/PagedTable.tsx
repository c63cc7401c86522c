import { Button, Flex, Table, Typography, type TableProps } from "antd";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "./ProblemAlert";

interface Paged<T> {
  items: T[];
  more: (() => void) | null;
  loading: boolean;
  error: unknown;
  refresh?: () => void;
}

/** A table over a list that pages: the next page comes below, nothing is cut off in silence. */
export function PagedTable<T extends object>({ paged, ...table }: { paged: Paged<T> } & TableProps<T>) {
  const { t } = useTranslation();
  // What was read stays where only the next page, or reading anew, has failed.
  if (paged.error && paged.items.length === 0) return <ProblemAlert error={paged.error} retry={paged.refresh} />;
  return (
    <Flex vertical gap={12}>
      <Table<T>
        size="middle"
        pagination={false}
        scroll={{ x: "max-content" }}
        loading={paged.loading}
        // While it is being read, nobody knows yet whether there is nothing.
        locale={{ emptyText: <Typography.Text type="secondary">{paged.loading ? t("common.loading") : t("common.nothing")}</Typography.Text> }}
        {...table}
        dataSource={paged.items}
      />
      <ProblemAlert error={paged.error} retry={paged.more ?? paged.refresh} />
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}
