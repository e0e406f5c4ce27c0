import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReport } from "../url/report-state.ts";
import { type Conversation, canDrill, drillInput, foundBy } from "./drill.ts";

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test("a number's list is of its own part of the report, and within its filters", () => {
  const state = parseReport("?members=a&team=t&channel=chat");
  assert.deepEqual(plain(drillInput(state, { measure: "CLOSED" })), {
    measure: "CLOSED",
    period: { preset: "LAST_30_DAYS" },
    filter: { memberIds: ["a"], teamIds: ["t"], channels: ["chat"] },
    clock: "CALENDAR",
  });
  assert.deepEqual(plain(drillInput(state, { measure: "WON", member: "b", from: "2026-03-01", to: "2026-03-07" })), {
    measure: "WON",
    period: { between: { from: "2026-03-01", to: "2026-03-07" } },
    filter: { memberIds: ["b"], channels: ["chat"] },
    clock: "CALENDAR",
  });
  assert.deepEqual(plain(drillInput(state, { measure: "OPEN", unassigned: true })).filter, {
    channels: ["chat"],
    unassigned: true,
  });
});

test("a list is measured by the clock of its report", () => {
  assert.equal(drillInput(parseReport("?clock=business"), { measure: "FIRST_RESPONSE_MEDIAN" }).clock, "BUSINESS");
});

test("a value of an attribute restricts a list beside what is chosen of its key", () => {
  const state = parseReport("?attr=products:app&attr=plan:pro");
  const list = { measure: "CLOSED", attribute: { key: "products", value: "api" } } as const;
  assert.equal(canDrill(state, list), true);
  assert.deepEqual(drillInput(state, list).filter.attributes, [
    { key: "products", anyOf: ["app"] },
    { key: "plan", anyOf: ["pro"] },
    { key: "products", anyOf: ["api"] },
  ]);
  const none = drillInput(parseReport(""), { ...list, attribute: { key: "plan", value: "" } });
  assert.deepEqual(none.filter.attributes, [{ key: "plan", anyOf: [null] }]);
});

test("a row that no filter can say opens no list", () => {
  const state = parseReport("?label=bug");
  assert.equal(canDrill(state, { label: "bug" }), true);
  assert.equal(canDrill(state, { label: "refund" }), false);
  assert.equal(canDrill(parseReport(""), { label: "refund" }), true);
});

test("an hour of the week is asked for, and seconds end before the next range", () => {
  const { at } = drillInput(parseReport(""), { measure: "REPLIES", hour: "3-14" });
  assert.deepEqual(at, { weekday: 3, hour: 14 });
  const soon = foundBy({ measure: "FIRST_RESPONSE_MEDIAN", seconds: "300-900" });
  const takes = (seconds: number | null) => soon?.({ firstResponseSeconds: seconds } as Conversation);
  assert.deepEqual([299, 300, 899, 900, null].map(takes), [false, true, true, false, false]);
  const late = foundBy({ measure: "FIRST_RESPONSE_MEDIAN", seconds: "86400-" });
  assert.equal(late?.({ firstResponseSeconds: 1e9 } as Conversation), true);
});
