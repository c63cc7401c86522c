import { expect, test } from "vitest";
import { formatOf, settled } from "./useImport";

test.each([
  ["项目.xlsx", "xlsx"],
  ["A.B.CSV", "csv"],
  ["rows.jsonl", "ndjson"],
  ["项目.xls", undefined],
  ["none", undefined],
])("the file %s is read as %s", (name, format) => {
  expect(formatOf(name)).toBe(format);
});

test("an import is followed until nothing more will become of it", () => {
  expect((["queued", "running", "done", "refused", "failed", "cancelled"] as const).filter(settled)).toEqual([
    "done",
    "refused",
    "failed",
    "cancelled",
  ]);
});
