import writeExcelFile, { type CellObject } from "write-excel-file/universal";
import type { Cell, CellKind, FileTable } from "./table.ts";

/** How spreadsheets write a kind, whatever the reader's language. */
const FORMATS: Record<CellKind, string | undefined> = {
  text: undefined,
  number: undefined,
  share: "0.0%",
  day: "yyyy-mm-dd",
  instant: "yyyy-mm-dd hh:mm:ss",
};
const WIDTHS: Record<CellKind, number> = { text: 24, number: 14, share: 12, day: 12, instant: 20 };
/** What a sheet may be called. */
const SHEET = { unwanted: /[\\/?*[\]:]/g, length: 31 };

/**
 * A table as an XLSX file. Numbers, days and instants are values of these kinds, so that a spreadsheet of any language reads
 * them right, and texts are texts: none is taken for a formula. Instants are those of UTC, as spreadsheets know no zones.
 */
export async function xlsx(title: string, { columns, rows }: FileTable): Promise<Blob> {
  const heads: CellObject[] = columns.map(({ head, kind }) => ({
    value: kind === "instant" ? `${head} (UTC)` : head,
    type: String,
    fontWeight: "bold",
  }));
  const cells = rows.map((row) => columns.map(({ kind }, at) => cellOf(row[at], kind)));
  const sheet = title.replaceAll(SHEET.unwanted, " ").trim().slice(0, SHEET.length);
  const options = { sheet, stickyRowsCount: 1, columns: columns.map(({ kind }) => ({ width: WIDTHS[kind] })) };
  return writeExcelFile([heads, ...cells], options).toBlob();
}

function cellOf(value: Cell, kind: CellKind): CellObject | null {
  if (value === null || value === undefined || value === "") return null;
  const format = FORMATS[kind];
  if (kind === "day" || kind === "instant") return { value: new Date(value), type: Date, format: format ?? "" };
  if (typeof value === "string") return { value, type: String };
  return { value, type: Number, ...(format ? { format } : {}) };
}
