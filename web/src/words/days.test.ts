import assert from "node:assert/strict";
import { test } from "node:test";
import { instants } from "./days.ts";

const vancouver = [
  { from: "1970-01-01T00:00:00Z", seconds: -28_800 },
  { from: "2026-03-08T10:00:00Z", seconds: -25_200 },
];

test("clock times are those of the server's rules, whatever the browser knows of the zone", () => {
  assert.equal(instants("America/Vancouver", vancouver).day("2026-11-10T07:30:00Z"), "2026-11-10");
  assert.equal(instants("America/Vancouver", vancouver).day("2026-03-08T07:59:59Z"), "2026-03-07");
});

test("where the server names no offsets, times are those of UTC and said to be", () => {
  const unknown = instants("America/Coyhaique", []);
  assert.equal(unknown.zone, "UTC");
  assert.equal(unknown.day("2026-11-10T23:59:59Z"), "2026-11-10");
  assert.equal(unknown.day("2026-11-11T00:00:00Z"), "2026-11-11");
  assert.equal(instants("America/Vancouver", vancouver).zone, "America/Vancouver");
});
