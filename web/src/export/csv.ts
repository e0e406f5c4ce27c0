import type { FileTable } from "./table.ts";

/**
 * Where a spreadsheet begins a formula: `=`, `+`, `-` or `@`, also full-width, or a tab, which spreadsheets drop before them;
 * at the beginning of a text, or where one that separates cells by `;` and takes no notice of quotes within a cell begins a
 * cell or a row.
 */
const FORMULA = /(^|[;\r\n])([ "]*)(?=[=+\-@＝＋－＠\t])/g;

/** A table as CSV. */
export const tableCsv = ({ columns, rows }: FileTable): string =>
  csv(
    columns.map(({ head }) => head),
    rows,
  );

/**
 * Rows as RFC 4180 writes them, the heads first. Empty is null. A text with anything that separates cells is quoted, and none
 * is a formula. The server writes texts by the same rule; `api/src/export/csv-texts.json` holds the cases of both.
 */
export function csv(heads: string[], rows: (string | number | null | undefined)[][]): string {
  return [heads, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "number" ? String(value) : fieldOf(value);
}

function fieldOf(text: string): string {
  const harmless = text.replaceAll(FORMULA, "$1$2'").replace(/^[\r\n]/, "'$&");
  return /[",;\t\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
