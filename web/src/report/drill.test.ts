import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReport } from "../url/report-state.ts";
import { instants } from "../words/days.ts";
import { type Conversation, canDrill, drillInput, foundBy } from "./drill.ts";

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test("a number's list is of its own part of the report, and within its filters", () => {
  const state = parseReport("?members=a&team=t&channel=chat");
  assert.deepEqual(plain(drillInput(state, { measure: "CLOSED" })), {
    measure: "CLOSED",
    period: { preset: "LAST_30_DAYS" },
    filter: { memberIds: ["a"], teamIds: ["t"], channels: ["chat"] },
  });
  assert.deepEqual(plain(drillInput(state, { measure: "WON", member: "b", from: "2026-03-01", to: "2026-03-07" })), {
    measure: "WON",
    period: { between: { from: "2026-03-01", to: "2026-03-07" } },
    filter: { memberIds: ["b"], channels: ["chat"] },
  });
  assert.deepEqual(plain(drillInput(state, { measure: "OPEN", unassigned: true })).filter, {
    channels: ["chat"],
    unassigned: true,
  });
});

test("a row that no filter can say opens no list", () => {
  const state = parseReport("?label=bug");
  assert.equal(canDrill(state, { label: "bug" }), true);
  assert.equal(canDrill(state, { label: "refund" }), false);
  assert.equal(canDrill(parseReport(""), { label: "refund" }), true);
});

test("hours are those of the workspace's zone, and seconds end before the next range", () => {
  const berlin = instants("Europe/Berlin");
  const hour = foundBy({ measure: "CONVERSATIONS", hour: "3-14" }, berlin);
  assert.equal(hour?.({ createdAt: "2026-03-04T13:30:00Z" } as Conversation), true);
  assert.equal(hour?.({ createdAt: "2026-03-04T14:00:00Z" } as Conversation), false);
  const soon = foundBy({ measure: "FIRST_RESPONSE_MEDIAN", seconds: "300-900" }, berlin);
  const takes = (seconds: number | null) => soon?.({ firstResponseSeconds: seconds } as Conversation);
  assert.deepEqual([299, 300, 899, 900, null].map(takes), [false, true, true, false, false]);
  const late = foundBy({ measure: "FIRST_RESPONSE_MEDIAN", seconds: "86400-" }, berlin);
  assert.equal(late?.({ firstResponseSeconds: 1e9 } as Conversation), true);
});
