import assert from "node:assert/strict";
import { test } from "node:test";
import type { AttributeTableQuery, FiguresFragment, TeamTableQuery } from "../../generated/graphql.ts";
import { attributeRows, stretchesOf, stretchInput, teamRows } from "./rows.ts";

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

/** An answer in which the teams have so many conversations. */
function answerOf(counts: Record<string, number>, all: number): NonNullable<TeamTableQuery["team"]> {
  const figures = (conversations: number) => ({ conversations }) as FiguresFragment;
  return {
    period: { from: "2026-03-01", to: "2026-03-02", days: 2, pendingDays: 0 },
    metrics: figures(all),
    teams: Object.entries(counts).map(([id, count]) => ({ team: { id, name: id }, metrics: figures(count) })),
  };
}

test("teams have their figures, those before, their share of all, and a count for each stretch", () => {
  const stretch = (counts: Record<string, number>) => answerOf(counts, 0);
  const last = stretch({ a: 4, b: 5 });
  const data: TeamTableQuery = {
    team: answerOf({ a: 6, b: 9 }, 12),
    before: answerOf({ a: 3 }, 3),
    ...{ t0: stretch({ a: 2 }), t1: last, t2: last, t3: last, t4: last, t5: last, t6: last, t7: last },
  };
  const rows = teamRows(data, { from: "2026-03-01", to: "2026-03-02" });
  assert.deepEqual(
    rows.map(({ id, now, before, share, trend }) => [id, now.conversations, before?.conversations, share, trend]),
    [
      ["a", 6, 3, 0.5, [2, 4]],
      // In a team that is new, nothing was before; who is in both teams counts in both.
      ["b", 9, undefined, 0.75, [0, 5]],
    ],
  );
  assert.deepEqual(
    teamRows({ ...data, team: answerOf({ a: 0 }, 0) }, { from: "2026-03-01", to: "2026-03-02" })[0]?.share,
    null,
  );
  assert.deepEqual(teamRows({ ...data, team: null }, { from: "2026-03-01", to: "2026-03-02" }), []);
});

test("the line of a row is of conversations a day: a longer stretch is no rise", () => {
  const days = { from: "2026-03-01", to: "2026-03-30" };
  const lengths = stretchesOf(days).map(({ from, to }) => 1 + (Date.parse(to) - Date.parse(from)) / 86_400_000);
  assert.deepEqual([...new Set(lengths)].sort(), [3, 4]);
  const [t0, t1, t2, t3, t4, t5, t6, t7] = lengths.map((length) => answerOf({ a: 5 * length }, 0));
  const before = null;
  const data = { team: answerOf({ a: 150 }, 150), before, t0, t1, t2, t3, t4, t5, t6, t7 } as TeamTableQuery;
  assert.deepEqual(teamRows(data, days)[0]?.trend, Array(8).fill(5));
});

/** An answer in which the values have so many conversations; the list holds `total` in all. */
function valuesOf(counts: [string | null, number][], total = counts.length) {
  const nodes = counts.map(([id, count]) => ({ keys: [{ id }], metrics: { conversations: count } as FiguresFragment }));
  return { totalCount: total, nodes };
}

test("the values of an attribute have a row each, and so has what has none", () => {
  const days = { from: "2026-03-01", to: "2026-03-02" };
  const last = valuesOf([["pro", 2]]);
  const data: AttributeTableQuery = {
    team: answerOf({}, 8),
    before: answerOf({}, 3),
    values: valuesOf([
      ["pro", 6],
      [null, 4],
    ]),
    valuesBefore: valuesOf([[null, 3]]),
    ...{ t0: valuesOf([[null, 4]]), t1: last, t2: last, t3: last, t4: last, t5: last, t6: last, t7: last },
  };
  const of = (asked: AttributeTableQuery) =>
    attributeRows("plan", asked, days).map((row) => [row.id, row.before?.conversations, row.share, row.trend]);
  assert.deepEqual(of(data), [
    ["pro", undefined, 0.75, [0, 2]],
    ["", 3, 0.5, [4, 0]],
  ]);
  const rows = attributeRows("plan", data, days);
  assert.deepEqual(
    rows.map(({ name, part }) => [name, part.attribute]),
    [
      ["pro", { key: "plan", value: "pro" }],
      ["Without a value", { key: "plan", value: "" }],
    ],
  );
  // A stretch that has more values than were read: of those that are not there, nothing is known.
  assert.deepEqual(
    of({ ...data, t0: valuesOf([[null, 4]], 2_000) }).map((row) => row[3]),
    [[], [4, 0]],
  );
  assert.deepEqual(of({ ...data, values: null }), []);
});
