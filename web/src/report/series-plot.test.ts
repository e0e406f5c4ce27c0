import assert from "node:assert/strict";
import { test } from "node:test";
import { option } from "../charts/option.ts";
import type { Palette } from "../charts/palette.ts";
import { type Plot, pickOf } from "../charts/plot.ts";
import { overTime } from "./series-plot.ts";

Object.assign(globalThis, { matchMedia: () => ({ matches: true }) });
const COLORS: Palette = {
  shades: { main: "m", second: "s", good: "g", bad: "b", rest: "r" },
  text: "t",
  muted: "u",
  line: "l",
  surface: "f",
  heat: [],
};

function weeks(shape: Plot["shape"]): Plot {
  const points = ["2026-11-09", "2026-11-16", "2026-11-23"].map((from, at) => ({ from, to: from, count: at + 1 }));
  return overTime(shape, { points, group: "WEEK", today: "2026-11-28", part: {} }, [
    { name: "Closed", kind: "count", shade: "main", measure: "CLOSED", of: ({ count }) => count },
  ]);
}

test("the week that has not ended is unfinished, and its title says so", () => {
  assert.deepEqual(
    weeks("bars").rows.map(({ unfinished }) => unfinished === true),
    [false, false, true],
  );
  assert.match(weeks("bars").rows[2]?.title ?? "", /, so far$/);
});

test("an unfinished bar is an outline, an unfinished end of a line dotted", () => {
  const [bars] = option(weeks("bars"), COLORS).series as { data: (number | { itemStyle: object })[] }[];
  assert.deepEqual(bars?.data.slice(0, 2), [1, 2]);
  assert.match(JSON.stringify(bars?.data[2]), /"value":3.*"borderType":"dashed"/);
  const lines = option(weeks("lines"), COLORS).series as { data: unknown[]; lineStyle: { type: string } }[];
  assert.deepEqual(
    lines.map(({ data }) => data),
    [
      [1, 2, null],
      [null, 2, 3],
    ],
  );
  assert.deepEqual(
    lines.map(({ lineStyle }) => lineStyle.type),
    ["solid", "dotted"],
  );
});

test("a click in a column leads to its list: of the part clicked, else of the whole", () => {
  const plot: Plot = { ...weeks("stack"), measure: "CONVERSATIONS" };
  const part = { from: "2026-11-16", to: "2026-11-16" };
  assert.deepEqual(pickOf(plot, 1, undefined), { measure: "CONVERSATIONS", ...part });
  assert.deepEqual(pickOf(plot, 1, plot.columns[0]), { measure: "CLOSED", ...part });
  assert.deepEqual(pickOf(weeks("lines"), 1, undefined), { measure: "CLOSED", ...part });
  assert.equal(pickOf(weeks("lines"), 7, undefined), undefined);
});
