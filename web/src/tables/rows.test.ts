import assert from "node:assert/strict";
import { test } from "node:test";
import { stretchesOf, stretchInput } from "./rows.ts";

test("a period is cut into stretches that follow each other and cover all of it", () => {
  for (const to of ["2026-03-01", "2026-03-05", "2026-03-08", "2026-03-30", "2026-12-31"]) {
    const stretches = stretchesOf({ from: "2026-03-01", to });
    assert.equal(stretches[0]?.from, "2026-03-01");
    assert.equal(stretches.at(-1)?.to, to);
    const days = stretches.map(({ from, to: end }) => (Date.parse(end) - Date.parse(from)) / 86_400_000);
    assert.ok(days.every((length) => 0 <= length) && Math.max(...days) - Math.min(...days) <= 1, to);
    stretches.slice(1).forEach(({ from }, at) => {
      assert.equal(Date.parse(from) - Date.parse(stretches[at]?.to ?? ""), 86_400_000);
    });
  }
  assert.equal(stretchesOf({ from: "2026-03-01", to: "2026-03-05" }).length, 5);
});

test("a short period repeats its last stretch for what the query asks beyond it", () => {
  const { t0, t2, t7 } = stretchInput({ from: "2026-03-01", to: "2026-03-02" });
  assert.deepEqual(t0, { between: { from: "2026-03-01", to: "2026-03-01" } });
  assert.deepEqual([t2, t7], [t7, { between: { from: "2026-03-02", to: "2026-03-02" } }]);
});
