import { tableCsv } from "./csv.ts";
import type { FileTable } from "./table.ts";

/** Saves that as a file on the reader's machine. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has taken hold of it by the next turn.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A file that a table is saved as. */
export type FileFormat = "CSV" | "XLSX";

/** Saves a table under that name, without its ending. */
export async function saveTable(format: FileFormat, name: string, title: string, table: FileTable): Promise<void> {
  if (format === "XLSX") {
    // Loaded with the first such file: the first view is small.
    const { xlsx } = await import("./xlsx.ts");
    return download(`${name}.xlsx`, await xlsx(title, table));
  }
  // The mark at its beginning tells spreadsheets that it is UTF-8.
  download(`${name}.csv`, new Blob(["\ufeff", tableCsv(table)], { type: "text/csv;charset=utf-8" }));
}

/** A file name: what it is, and of which days. */
export function fileName(what: string, period?: { from: string; to: string }): string {
  const slug = what
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return period ? `caseload-${slug}-${period.from}-${period.to}` : `caseload-${slug}`;
}
