import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import "../i18n";
import { RowCards } from "./RowCards";

interface Row {
  id: string;
  name: string;
  note: string | null;
}

afterEach(cleanup);

test("each row has its titles beside its cells, leaves out what is empty, and keeps what can be done", () => {
  render(
    <RowCards<Row>
      columns={[
        { title: "名称", dataIndex: "name" },
        { title: "说明", dataIndex: "note", render: (text: string | null) => text ?? "—" },
        { title: "操作", key: "actions", render: (_, row) => <button>{`del ${row.id}`}</button> },
      ]}
      items={[
        { id: "a", name: "一", note: null },
        { id: "b", name: "二", note: "备注" },
      ]}
      rowKey={(row) => row.id}
      expandable={{ expandedRowRender: (row) => <i>{`more ${row.id}`}</i>, rowExpandable: (row) => row.id === "b" }}
      empty="没有数据"
    />,
  );
  const [first, second] = screen.getAllByRole("listitem");
  expect(first?.textContent).toBe("名称一del a");
  expect(within(second!).getByText("备注")).toBeTruthy();
  expect(within(second!).getByText("more b")).toBeTruthy();
  expect(screen.queryByText("操作")).toBeNull();
});

test("without rows it says so", () => {
  render(<RowCards<Row> columns={[]} items={[]} rowKey={(row) => row.id} expandable={undefined} empty="没有数据" />);
  expect(screen.getByText("没有数据")).toBeTruthy();
});
