import { useState } from "preact/hooks";
import type { Failure } from "../api/client.ts";
import { type FileFormat, saveTable } from "../export/download.ts";
import type { FileTable } from "../export/table.ts";
import { t } from "../words/language.ts";
import { Icon } from "./icon.tsx";

/** The rows to save, or what kept them from being read. */
export type Rows = { table: FileTable } | { failure: Failure };

interface SaveButtonsProps {
  what: string;
  /** The name of the file, without its ending. */
  file: string;
  /** Which part of it is saved, where not all of it is. */
  part?: string | undefined;
  rows: () => Rows | Promise<Rows>;
}

const FORMATS: readonly FileFormat[] = ["CSV", "XLSX"];
const NOT_SAVED: Failure = { code: "INTERNAL", message: t("the file could not be made. Load the page again.") };

/** The buttons that save something as CSV and as XLSX. */
export function SaveButtons({ what, file, part, rows }: SaveButtonsProps) {
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const name = part === undefined ? what : t("{0} of {1}", part, what);
  const save = async (format: FileFormat) => {
    setBusy(true);
    try {
      const read = await rows();
      if ("table" in read) await saveTable(format, file, what, read.table);
      setFailure("failure" in read ? read.failure : undefined);
    } catch {
      setFailure(NOT_SAVED);
    }
    setBusy(false);
  };
  return (
    <>
      {failure && (
        <span role="alert">
          {t("Not saved:")} {failure.message}
        </span>
      )}
      {part !== undefined && <span class="quiet">{t("As a file, {0}:", part)}</span>}
      {FORMATS.map((format) => (
        <button
          key={format}
          type="button"
          class="button button-quiet"
          disabled={busy}
          onClick={() => save(format)}
          aria-label={t("Download {0} as {1}", name, format)}
        >
          {format === "CSV" && <Icon name="save" />}
          {format}
        </button>
      ))}
    </>
  );
}
