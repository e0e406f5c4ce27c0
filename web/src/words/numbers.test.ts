import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, duration, relative } from "./numbers.ts";

test("durations have the two largest units that count", () => {
  const check = (seconds: number, expected: string) => assert.equal(duration(seconds), expected);
  check(0, "0 s");
  check(0.4, "0 s");
  check(59, "59 s");
  check(60, "1 m");
  check(200, "3 m 20 s");
  check(3_599.6, "1 h");
  check(3_600, "1 h");
  check(5_430, "1 h 31 m");
  check(86_399, "1 d");
  check(90_000, "1 d 1 h");
  check(1_000_000, "11 d 14 h");
});

test("slight changes keep a digit, so that they do not read as none", () => {
  assert.equal(relative(-0.005), "-0.5%");
  assert.equal(relative(0.333), "+33%");
  assert.equal(relative(0), "0%");
});

test("one is not many", () => {
  assert.deepEqual(
    [0, 1, 1_200].map((days) => counted(days, "day")),
    ["0 days", "1 day", "1,200 days"],
  );
});
