import { useMutation, useQuery } from "@tanstack/react-query";
import { api, dataOf, type Schemas } from "../api/client";

type Job = Schemas["JobRead"];
const SETTLED: Job["state"][] = ["done", "failed", "cancelled"];

/** Ask for a file, follow the job that makes it, and hold its link once it is there. */
export function useExport() {
  const ask = useMutation({
    mutationFn: (body: Schemas["ExportWrite"]) => dataOf(api.POST("/v1/exports", { body })),
  });
  const id = ask.data?.id;
  const watch = useQuery({
    queryKey: ["job", id],
    queryFn: () => dataOf(api.GET("/v1/jobs/{job_id}", { params: { path: { job_id: id ?? "" } } })),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.error || (state.data && SETTLED.includes(state.data.state)) ? false : 700),
  });
  const job = id === undefined ? undefined : (watch.data ?? ask.data);
  const fileId = job?.state === "done" ? fileOf(job) : undefined;
  const file = useQuery({
    queryKey: ["file", fileId],
    queryFn: () => dataOf(api.GET("/v1/files/{file_id}", { params: { path: { file_id: fileId ?? "" } } })),
    enabled: fileId !== undefined,
  });
  return {
    ask: ask.mutate,
    reset: ask.reset,
    job,
    file: file.data,
    busy: ask.isPending || (job !== undefined && !SETTLED.includes(job.state)) || file.isFetching,
    error: ask.error ?? watch.error ?? file.error,
  };
}

/** The file that a job has made, as its result names it. */
export function fileOf(job: Pick<Job, "result">): string | undefined {
  const id: unknown = job.result?.["file_id"];
  return typeof id === "string" ? id : undefined;
}

/** How far a job is, in hundredths; null while that is not known. */
export function percentOf(job: Pick<Job, "state" | "progress_done" | "progress_of">): number | null {
  if (job.state === "done") return 100;
  if (!job.progress_of) return null;
  return Math.min(100, Math.round((100 * job.progress_done) / job.progress_of));
}
