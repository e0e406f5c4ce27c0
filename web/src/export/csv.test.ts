import assert from "node:assert/strict";
import { test } from "node:test";
import { csv } from "./csv.ts";
import { fileName } from "./download.ts";

test("fields are quoted where they must be, and formulas disarmed", () => {
  const rows = [
    ["plain", 1, null],
    ['say "hi"', -2.5, "a,b"],
    ["=1+1", "-3", "two\nlines"],
    ["@home", "+49 30", undefined],
  ];
  assert.equal(
    csv(["a", "b", "c"], rows),
    'a,b,c\r\nplain,1,\r\n"say ""hi""",-2.5,"a,b"\r\n\'=1+1,-3,"two\nlines"\r\n\'@home,\'+49 30,\r\n',
  );
});

test("files are named after what they hold, and its days", () => {
  assert.equal(
    fileName("Top labels", { from: "2026-03-01", to: "2026-03-08" }),
    "caseload-top-labels-2026-03-01-2026-03-08",
  );
  assert.equal(fileName("Führung / 2"), "caseload-f-hrung-2");
});
