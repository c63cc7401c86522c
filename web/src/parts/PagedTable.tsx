import { Button, Flex, Grid, Spin, Table, Typography, type TableProps } from "antd";
import { useEffect, useRef, type Key, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "./ProblemAlert";
import { RowCards } from "./RowCards";

interface Paged<T> {
  items: T[];
  more: (() => void) | null;
  loading: boolean;
  error: unknown;
  refresh?: () => void;
}

interface Props<T> extends TableProps<T> {
  paged: Paged<T>;
  /** Whether a narrow screen shows rows by themselves, so that no column has to be scrolled to. */
  cards?: boolean;
}

/** A table over a list that pages: the next page comes below, nothing is cut off in silence. */
export function PagedTable<T extends object>({ paged, cards, ...table }: Props<T>) {
  const { t } = useTranslation();
  // Undefined until it is measured: wide is what most have.
  const narrow = Grid.useBreakpoint().md === false;
  const empty = (table.locale?.emptyText as ReactNode) ?? t("common.nothing");
  const whole = useRef<HTMLDivElement>(null);
  // What is wider than the page is scrolled with the arrow keys too.
  useEffect(() => {
    for (const part of whole.current?.querySelectorAll<HTMLElement>(".ant-table-content") ?? [])
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
  });
  // What was read stays where only the next page, or reading anew, has failed.
  if (paged.error && paged.items.length === 0) return <ProblemAlert error={paged.error} retry={paged.refresh} />;
  return (
    <Flex vertical gap={12} ref={whole}>
      {cards && narrow ? (
        <Spin spinning={paged.loading}>
          <RowCards
            columns={table.columns ?? []}
            items={paged.items}
            rowKey={(row) => (row as Record<string, Key>)[String(table.rowKey)] ?? ""}
            expandable={table.expandable}
            empty={paged.loading ? "" : empty}
          />
        </Spin>
      ) : (
        <Table<T>
          size="middle"
          pagination={false}
          scroll={{ x: "max-content" }}
          loading={paged.loading}
          {...table}
          // While it is being read, nobody knows yet whether there is nothing.
          locale={{ emptyText: <Typography.Text type="secondary">{paged.loading ? t("common.loading") : empty}</Typography.Text> }}
          dataSource={paged.items}
        />
      )}
      <ProblemAlert error={paged.error} retry={paged.more ?? paged.refresh} />
      {paged.more && (
        <Button onClick={paged.more} loading={paged.loading} style={{ alignSelf: "center" }}>
          {t("common.more")}
        </Button>
      )}
    </Flex>
  );
}
