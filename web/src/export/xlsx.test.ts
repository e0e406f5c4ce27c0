import assert from "node:assert/strict";
import { test } from "node:test";
import { readSheet } from "read-excel-file/node";
import { columnsOf, spread } from "./table.ts";
import { xlsx } from "./xlsx.ts";

test("an XLSX file has numbers, days and instants as such, and no formula", async () => {
  const columns = [
    ...columnsOf("day", "Day"),
    ...columnsOf("instant", "rated_at"),
    ...columnsOf("number", "Messages"),
    ...columnsOf("share", "Win rate (0 to 1)"),
    ...columnsOf("text", "Member"),
  ];
  const rows = [
    ["2026-03-01", "2026-03-01T23:30:00.5Z", 1234.5, 0.25, "=1+1"],
    ["2026-03-02", null, null, null, ""],
  ];
  const file = await xlsx("Top labels / [all]", { columns, rows });
  const read = await readSheet(Buffer.from(await file.arrayBuffer()));
  assert.deepEqual(read[0], ["Day", "rated_at (UTC)", "Messages", "Win rate (0 to 1)", "Member"]);
  const [day, instant, ...rest] = read[1] ?? [];
  assert.deepEqual(rest, [1234.5, 0.25, "=1+1"]);
  assert.ok(day instanceof Date && instant instanceof Date);
  assert.equal(day.toISOString(), "2026-03-01T00:00:00.000Z");
  assert.ok(Math.abs(instant.getTime() - Date.parse("2026-03-01T23:30:00.5Z")) < 1_000);
  assert.deepEqual(read[2]?.slice(1), [null, null, null, null]);
});

test("a list within a row becomes columns of one value each", () => {
  const { columns, cells } = spread("label", [["a", "b"], [], ["c"]]);
  assert.deepEqual(
    columns.map(({ head }) => head),
    ["label_1", "label_2"],
  );
  assert.deepEqual(cells, [
    ["a", "b"],
    [undefined, undefined],
    ["c", undefined],
  ]);
});
