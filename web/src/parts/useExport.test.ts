import { expect, test } from "vitest";
import { fileOf, percentOf } from "./useExport";

test.each([
  [{ state: "running", progress_done: 1, progress_of: 4 } as const, 25],
  [{ state: "running", progress_done: 9, progress_of: 4 } as const, 100],
  [{ state: "queued", progress_done: 0, progress_of: null } as const, null],
  [{ state: "done", progress_done: 0, progress_of: null } as const, 100],
])("of the job %j %s hundredths are done", (job, percent) => {
  expect(percentOf(job)).toBe(percent);
});

test("a job names its file, or none", () => {
  expect(fileOf({ result: { file_id: "fil_1" } })).toBe("fil_1");
  expect(fileOf({ result: null })).toBeUndefined();
});
