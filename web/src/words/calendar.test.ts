import assert from "node:assert/strict";
import { test } from "node:test";
import type { PeriodPreset } from "../../generated/graphql.ts";
import { type Against, daysBefore, daysOf, endOf, isDay } from "./calendar.ts";

function check(preset: PeriodPreset, today: string, expected: string, against: Against = "PERIOD") {
  const { from, to } = daysBefore({ preset }, today, against);
  assert.equal(`${from} ${to}`, expected, `${preset} on ${today}`);
}

test("presets of the calendar are compared by the calendar", () => {
  check("LAST_MONTH", "2026-11-28", "2026-09-01 2026-09-30");
  check("LAST_QUARTER", "2026-11-28", "2026-04-01 2026-06-30");
  check("LAST_YEAR", "2026-11-28", "2024-01-01 2024-12-31");
  check("LAST_WEEK", "2026-11-28", "2026-11-09 2026-11-15");
  check("THIS_WEEK", "2026-11-28", "2026-11-16 2026-11-21");
  check("THIS_MONTH", "2026-11-28", "2026-10-01 2026-10-28");
  check("THIS_QUARTER", "2026-11-28", "2026-07-01 2026-08-28");
  check("THIS_YEAR", "2026-11-28", "2025-01-01 2025-11-28");
});

test("where the earlier month is shorter, its last day is taken", () => {
  check("THIS_MONTH", "2026-03-31", "2026-02-01 2026-02-28");
  check("THIS_MONTH", "2024-03-31", "2024-02-01 2024-02-29");
  check("THIS_QUARTER", "2026-05-31", "2026-01-01 2026-02-28");
  check("THIS_YEAR", "2024-02-29", "2023-01-01 2023-02-28");
});

test("all other ranges are compared with as many days before them", () => {
  check("TODAY", "2026-03-01", "2026-02-28 2026-02-28");
  check("YESTERDAY", "2026-03-01", "2026-02-27 2026-02-27");
  check("LAST_7_DAYS", "2026-11-28", "2026-11-15 2026-11-21");
  check("LAST_30_DAYS", "2026-11-28", "2026-09-30 2026-10-29");
  const march = { from: "2026-03-01", to: "2026-03-31" };
  assert.deepEqual(daysBefore(march, "2026-11-28", "PERIOD"), { from: "2026-01-29", to: "2026-02-28" });
});

test("a year before: weeks by 52 weeks, so that weekdays meet, the rest by their dates", () => {
  check("LAST_WEEK", "2026-11-28", "2025-11-17 2025-11-23", "YEAR_BEFORE");
  check("THIS_WEEK", "2026-11-28", "2025-11-24 2025-11-29", "YEAR_BEFORE");
  check("LAST_MONTH", "2026-11-28", "2025-10-01 2025-10-31", "YEAR_BEFORE");
  check("THIS_QUARTER", "2026-11-28", "2025-10-01 2025-11-28", "YEAR_BEFORE");
  check("THIS_YEAR", "2026-11-28", "2025-01-01 2025-11-28", "YEAR_BEFORE");
  check("LAST_30_DAYS", "2026-11-28", "2025-10-30 2025-11-28", "YEAR_BEFORE");
  const leap = { from: "2024-02-29", to: "2024-02-29" };
  assert.deepEqual(daysBefore(leap, "2026-11-28", "YEAR_BEFORE"), { from: "2023-02-28", to: "2023-02-28" });
});

test("a day is one of the calendar", () => {
  assert.deepEqual(["2026-02-28", "2026-02-29", "2026-13-45", "2024-02-29", "yesterday", "0000-00-00"].map(isDay), [
    true,
    false,
    false,
    true,
    false,
    false,
  ]);
});

test("presets have the days that the API counts", () => {
  assert.deepEqual(daysOf({ preset: "LAST_30_DAYS" }, "2026-11-28"), { from: "2026-10-30", to: "2026-11-28" });
  assert.deepEqual(daysOf({ preset: "THIS_QUARTER" }, "2026-11-28"), { from: "2026-10-01", to: "2026-11-28" });
});

test("a point of a series is whole at the end of its day, week, month or year", () => {
  assert.equal(endOf("2026-11-28", "DAY"), "2026-11-28");
  assert.equal(endOf("2026-11-25", "WEEK"), "2026-11-29");
  assert.equal(endOf("2026-11-01", "MONTH"), "2026-11-30");
  assert.equal(endOf("2026-11-01", "YEAR"), "2026-12-31");
});
