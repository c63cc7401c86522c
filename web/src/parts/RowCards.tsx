import { Card, Flex, Typography, type TableProps } from "antd";
import type { Key, ReactNode } from "react";
import { useTranslation } from "react-i18next";

type Columns<T> = NonNullable<TableProps<T>["columns"]>;

interface Props<T> {
  columns: Columns<T>;
  items: T[];
  rowKey: (row: T) => Key;
  expandable: TableProps<T>["expandable"];
  empty: ReactNode;
}

/** The rows of a table where it is too narrow for one: each by itself, with the titles beside its cells. */
export function RowCards<T extends object>({ columns, items, rowKey, expandable, empty }: Props<T>) {
  const { t } = useTranslation();
  if (items.length === 0)
    return (
      <Typography.Text type="secondary" style={{ textAlign: "center", padding: 16 }}>
        {empty}
      </Typography.Text>
    );
  return (
    <Flex component="ul" vertical gap={8} style={{ margin: 0, padding: 0, listStyle: "none" }}>
      {items.map((row, place) => (
        <li key={rowKey(row)}>
          <Card size="small">
            <dl className="row-card">
              {columns.filter(hasTitle).map((column, number) => {
                const cell = cellOf(column, row, place);
                if (cell === null || cell === undefined || cell === "" || cell === "—") return null;
                return (
                  <div key={column.key ?? number}>
                    <dt>{column.title as ReactNode}</dt>
                    <dd>{cell}</dd>
                  </div>
                );
              })}
            </dl>
            {columns
              .filter((column) => !hasTitle(column))
              .map((column, number) => (
                <div key={column.key ?? number} style={{ marginTop: 8 }}>
                  {cellOf(column, row, place)}
                </div>
              ))}
            {expandable?.expandedRowRender && (expandable.rowExpandable?.(row) ?? true) && (
              <details>
                <summary>{t("common.details")}</summary>
                {expandable.expandedRowRender(row, place, 0, true)}
              </details>
            )}
          </Card>
        </li>
      ))}
    </Flex>
  );
}

/** What one can do with a row needs no title beside it. */
const hasTitle = <T,>({ title, key }: Columns<T>[number]) => title !== "" && key !== "actions" && key !== "open";

/** What a column shows of a row; groups of columns are not for cards. */
function cellOf<T extends object>(column: Columns<T>[number], row: T, place: number): ReactNode {
  if ("children" in column) return null;
  const value = typeof column.dataIndex === "string" ? (row as Record<string, unknown>)[column.dataIndex] : undefined;
  return (column.render ? column.render(value, row, place) : value) as ReactNode;
}
