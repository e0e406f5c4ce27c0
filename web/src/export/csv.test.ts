import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { csv } from "./csv.ts";
import { fileName } from "./download.ts";

test("numbers are written as they are, and nothing stands for null", () => {
  const rows = [
    ["plain", 1, null],
    ['say "hi"', -2.5, undefined],
  ];
  assert.equal(csv(["a", "b", "=c"], rows), 'a,b,\'=c\r\nplain,1,\r\n"say ""hi""",-2.5,\r\n');
});

test("texts are written as the server writes them", () => {
  const file = new URL("../../../api/src/export/csv-texts.json", import.meta.url);
  const cases: { text: string; field: string }[] = JSON.parse(readFileSync(file, "utf8"));
  assert.ok(cases.length > 0);
  for (const { text, field } of cases) assert.equal(csv([], [[text]]), `\r\n${field}\r\n`);
});

test("files are named after what they hold, and its days", () => {
  assert.equal(
    fileName("Top labels", { from: "2026-03-01", to: "2026-03-08" }),
    "caseload-top-labels-2026-03-01-2026-03-08",
  );
  assert.equal(fileName("Führung / 2"), "caseload-f-hrung-2");
});
