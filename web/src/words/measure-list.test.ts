import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseReport, writeReport } from "../url/report-state.ts";
import { HOURLY, headOf, MEASURE_IDS } from "./measures.ts";

const SCHEMA = readFileSync(new URL("../../../api/schema.graphql", import.meta.url), "utf8");

test("the list of measures is the schema's, and an address may name each of them", () => {
  const names = /enum Measure \{([^}]*)\}/.exec(SCHEMA)?.[1]?.match(/^ {2}[A-Z_]+$/gm) ?? [];
  assert.ok(names.length > 20);
  assert.deepEqual([...MEASURE_IDS].sort(), names.map((name) => name.trim()).sort());
  for (const id of MEASURE_IDS.filter((one) => one !== "CLOSED")) {
    assert.equal(writeReport(parseReport(`?by=${id}&list=${id}`)), `?by=${id}&list=${id}`);
  }
});

test("the measures by hour of the week are those that the schema takes", () => {
  const said = /"(CONVERSATIONS[A-Z_, ]* or [A-Z]+)\."\s+measure: Measure! = CONVERSATIONS/.exec(SCHEMA)?.[1];
  assert.deepEqual([...HOURLY].sort(), said?.split(/, | or /).sort());
});

test("heads in files say the unit", () => {
  assert.equal(headOf("First response, median", "duration"), "First response, median (seconds)");
  assert.equal(headOf("Win rate", "share"), "Win rate (0 to 1)");
  assert.equal(headOf("Average rating", "average"), "Average rating (1 to 5)");
  assert.equal(headOf("Closed", "count"), "Closed");
});
