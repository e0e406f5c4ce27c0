/// Saves that as a file on the reader's machine.
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

/// Saves a table. The mark at its beginning tells spreadsheets that it is UTF-8.
export function downloadCsv(name: string, text: string): void {
  download(`${name}.csv`, new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
}

/// A file name: what it is, and of which days.
export function fileName(what: string, period?: { from: string; to: string }): string {
  const slug = what
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return period ? `caseload-${slug}-${period.from}-${period.to}` : `caseload-${slug}`;
}
