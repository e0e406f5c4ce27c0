import assert from "node:assert/strict";
import { test } from "node:test";

// A reader of another language, calendar and digits, before anything asks for them.
Object.defineProperty(globalThis, "navigator", { value: { language: "ar-EG-u-ca-buddhist" }, configurable: true });
const { hourOfWeek, longDay } = await import("../words/days.ts");
const { plotTable } = await import("./plot.ts");
const { tableCsv } = await import("../export/csv.ts");
const { overTime } = await import("../report/series-plot.ts");

test("files have ISO days and plain numbers whatever the reader's language", () => {
  const points = [
    { from: "2026-11-01", to: "2026-11-01", count: 1234.5 },
    { from: "2026-11-02", to: "2026-11-02", count: null },
  ];
  const plot = overTime("bars", { points, group: "DAY", today: "2026-11-02", part: {} }, [
    { name: "Messages", kind: "count", shade: "main", of: ({ count }) => count },
  ]);
  assert.notEqual(longDay("2026-11-01"), "2026-11-01", "pages are in the reader's language");
  assert.equal(plot.rows[0]?.title, longDay("2026-11-01"));
  assert.equal(tableCsv(plotTable(plot)), "Day,Messages\r\n2026-11-01,1234.5\r\n2026-11-02,\r\n");
});

test("hours of the week are the same for everyone", () => {
  assert.equal(hourOfWeek(1, 9), "Monday 09:00");
  assert.equal(hourOfWeek(7, 23), "Sunday 23:00");
});
