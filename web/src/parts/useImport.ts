import { useMutation, useQuery } from "@tanstack/react-query";
import { api, dataOf, type Schemas } from "../api/client";
import { i18n } from "../i18n";
import { newKey } from "./newKey";
import { saveFile } from "./saveFile";

type Import = Schemas["ImportRead"];
type Format = Schemas["ImportWrite"]["format"];
export type Kind = Schemas["ImportWrite"]["kind"];
export type Mode = Schemas["ImportWrite"]["mode"];

const FORMATS: Record<string, Format> = { xlsx: "xlsx", csv: "csv", ndjson: "ndjson", jsonl: "ndjson" };

/** The format that a file's name says; undefined where it is none that can be read. */
export function formatOf(name: string): Format | undefined {
  return FORMATS[name.split(".").at(-1)?.toLowerCase() ?? ""];
}

export function settled(state: Import["state"]): boolean {
  return state !== "queued" && state !== "running";
}

/** Sends a sheet, has it checked or stored, and follows what becomes of it. */
export function useImport(kind: Kind) {
  const send = useMutation({
    mutationFn: async (file: File) => {
      const format = formatOf(file.name);
      if (format === undefined) throw new Error(i18n.t("importing.wrongFormat", { name: file.name }));
      const stored = await dataOf(
        api.POST("/v1/files", {
          params: { query: { name: file.name }, header: { "idempotency-key": newKey() } },
          headers: { "Content-Type": "application/octet-stream" },
          body: file as never,
          bodySerializer: (body) => body as unknown as File,
        }),
      );
      const asked = await begin(kind, stored.id, format, "validate_only");
      return { file_id: stored.id, format, id: asked.id };
    },
  });
  const store = useMutation({
    mutationFn: async (mode: Mode) => {
      if (send.data === undefined) throw new Error("nothing was sent");
      return begin(kind, send.data.file_id, send.data.format, mode);
    },
  });
  const check = useFollowed(send.data?.id);
  const stored = useFollowed(store.data?.id);
  return {
    send: send.mutate,
    store: store.mutate,
    reset: () => {
      send.reset();
      store.reset();
    },
    sending: send.isPending,
    check: check.data,
    stored: stored.data,
    error: send.error ?? store.error ?? check.error ?? stored.error,
  };
}

function begin(kind: Kind, file_id: string, format: Format, mode: Mode) {
  const header = { "idempotency-key": newKey() };
  return dataOf(api.POST("/v1/imports", { params: { header }, body: { file_id, kind, format, mode } }));
}

function useFollowed(id: string | undefined) {
  return useQuery({
    queryKey: ["import", id],
    queryFn: () => dataOf(api.GET("/v1/imports/{import_id}", { params: { path: { import_id: id ?? "" } } })),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.error || (state.data && settled(state.data.state)) ? false : 700),
  });
}

/** The empty sheet with titles, units and an example, as a file of the browser. */
export async function saveTemplate(kind: Kind, language: "zh" | "en"): Promise<void> {
  const blob = await dataOf(
    api.GET("/v1/import-templates/{kind}", { params: { path: { kind }, query: { language } }, parseAs: "blob" }),
  );
  saveFile(blob as Blob, `${kind}.xlsx`);
}
