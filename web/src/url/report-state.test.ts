import assert from "node:assert/strict";
import { test } from "node:test";
import { filterInput, NO_VALUE, parseReport, periodInput, withAttribute, writeReport } from "./report-state.ts";

test("an address that says nothing is the last 30 days of everything, and says nothing again", () => {
  const state = parseReport("");
  assert.deepEqual(periodInput(state.period), { preset: "LAST_30_DAYS" });
  assert.deepEqual(JSON.parse(JSON.stringify(filterInput(state.filter))), {});
  assert.equal(writeReport(state), "");
});

test("all that an address says is kept as it is written", () => {
  const check = (search: string) => assert.equal(writeReport(parseReport(search)), search);
  check("?period=LAST_WEEK&members=a&members=b&team=t&label=x%2Cy&channel=email&unassigned=1");
  check("?from=2026-03-01&to=2026-03-08&group=WEEK&by=REPLIES&busy=CLOSED&member=m&pair=a&pair=b");
  check("?period=LAST_QUARTER&compare=YEAR_BEFORE");
  check("?score=1-2&commented=1&list=CLOSED&list-member=m&list-from=2026-03-01&list-to=2026-03-01");
  check("?list=CONVERSATIONS&list-label=l&list-channel=c&list-hour=3-14&list-unassigned=1");
  check("?list=FIRST_RESPONSE_MEDIAN&list-seconds=86400-&list-neither=1");
  check("?list=RATINGS&list-score=4");
  check("?channel=chat&attr=plan%3Apro&attr=plan%3A&attr=region%3Aeu&unassigned=1&key=plan");
  check("?list=CLOSED&list-attribute=plan%3Aa%3Ab");
  check("?compare=YEAR_BEFORE&clock=business&members=a");
});

test("what an address says wrongly is the default", () => {
  const check = (search: string) => assert.equal(writeReport(parseReport(search)), "");
  check("?period=NEVER");
  check("?from=2026-03-08&to=2026-03-01");
  check("?from=yesterday&to=today");
  check("?clock=BUSINESS");
  check("?clock=calendar");
  check("?group=HOUR&by=LUCK&busy=OPEN&score=0-9&list=LUCK");
  check("?attr=plan&attr=:pro&attr=Plan:pro&attr=a-b:c&attr=&attr=1:x&attr=__proto__:x&key=Plan");
  const list = "?list=CLOSED&list-hour=8-1&list-score=6&list-attribute=pro";
  assert.deepEqual(writeReport(parseReport(list)), "?list=CLOSED");
});

test("what an address says wrongly of its days is said to people", () => {
  const check = (search: string, expected: RegExp) => assert.match(parseReport(search).problem ?? "", expected);
  check("?from=2026-13-45&to=2026-13-46", /"2026-13-45" is no day of the calendar/);
  check("?from=2026-02-30&to=2026-03-01", /"2026-02-30"/);
  check("?from=2026-03-01", /both its first and its last day/);
  check("?from=2026-03-08&to=2026-03-01", /is before the first/);
  check("?from=2001-01-01&to=2026-03-01", /at most 3660 days/);
  check("?period=NEVER", /no period "NEVER"/);
  assert.equal(parseReport("?from=2026-03-01&to=2026-03-08&by=LUCK").problem, undefined);
});

test("an address of before that names an agent is a filter for that member", () => {
  assert.equal(writeReport(parseReport("?agent=ben")), "?members=ben");
});

test("what restricts nothing is left out: to the API an empty list lets nothing pass", () => {
  const filter = filterInput(parseReport("?channel=email").filter);
  assert.deepEqual(JSON.parse(JSON.stringify(filter)), { channels: ["email"] });
});

test("attributes are kept whatever their values hold, each key once and each value once", () => {
  const values = ["a:b", " =&+%#?", "ä 🦊", "null", ",", NO_VALUE];
  const attributes = [
    { key: "plan", values },
    { key: "constructor", values: ["x"] },
  ];
  const state = parseReport("");
  const address = writeReport({ ...state, filter: { ...state.filter, attributes } });
  assert.deepEqual(parseReport(address).filter.attributes, attributes);
  assert.deepEqual(parseReport("?attr=plan:a&attr=seats:5&attr=plan:b&attr=plan:a").filter.attributes, [
    { key: "plan", values: ["a", "b"] },
    { key: "seats", values: ["5"] },
  ]);
});

test("the API is asked for attributes by key, and for none of a value by null", () => {
  const filter = filterInput(parseReport("?attr=plan:pro&attr=plan:&attr=seats:5").filter);
  assert.deepEqual(filter.attributes, [
    { key: "plan", anyOf: ["pro", null] },
    { key: "seats", anyOf: ["5"] },
  ]);
});

test("choosing values of one key leaves the others, and none takes the key away", () => {
  const { attributes } = parseReport("?attr=plan:pro&attr=seats:5").filter;
  const more = withAttribute(attributes, "plan", ["pro", "basic"]);
  assert.deepEqual(more, [
    { key: "seats", values: ["5"] },
    { key: "plan", values: ["pro", "basic"] },
  ]);
  assert.deepEqual(withAttribute(more, "seats", []), [{ key: "plan", values: ["pro", "basic"] }]);
});
