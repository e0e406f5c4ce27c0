/// A field that a spreadsheet would run as a formula begins like this; a plain number does not do so.
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/// Rows as RFC 4180 writes them, the heads first. Empty is null. What a spreadsheet would run as a formula gets a `'` before it.
export function csv(heads: string[], rows: (string | number | null | undefined)[][]): string {
  return [heads, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
