import assert from "node:assert/strict";
import { test } from "node:test";
import { heatSteps } from "./heat.ts";

function check(counts: number[], expected: string) {
  const steps = heatSteps(counts.map((count, hour) => ({ weekday: 1, hour, count })));
  assert.equal(steps.map(({ from, to }) => `${from}-${to}`).join(" "), expected);
  for (const count of counts) assert.equal(steps.filter(({ from, to }) => from <= count && count <= to).length, 1);
}

test("none stands apart from few, and each count has one colour", () => {
  check([0, 1, 7, 40], "0-0 1-10 11-20 21-30 31-40");
  check([0, 2, 6], "0-0 1-1 2-3 4-4 5-6");
  check([0, 1, 2], "0-0 1-1 2-2");
  check([0, 0], "0-0");
  check([], "0-0");
});
