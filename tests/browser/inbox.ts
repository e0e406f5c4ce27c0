import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { card, number, save, settled } from "./browser.ts";
import { api, world } from "./world.ts";

const MEASURES = {
  CONVERSATIONS: "conversations",
  MESSAGES: "messages",
  CUSTOMERS: "customers",
  LABELED_CONVERSATIONS: "labeledConversations",
};

test("the inbox's six cards show what the API says, and those of conversations lead to as many", async () => {
  const { page, clean } = await world.browser.visit("manager", "/inbox?period=LAST_7_DAYS");
  await settled(page);
  const { team } = await api<{ team: { metrics: Record<string, number> & { ratings: { count: number } } } }>(
    "manager",
    "{ team(period: {preset: LAST_7_DAYS}) { metrics { conversations messages customers labeledConversations ratings { count } } } }",
  );
  assert.equal(await page.locator("[data-measure]").count(), 6);
  for (const [measure, field] of Object.entries(MEASURES)) {
    assert.equal(number(await card(page, measure)), team.metrics[field], measure);
  }
  assert.equal(number(await card(page, "RATINGS")), team.metrics.ratings.count);
  for (const measure of ["CONVERSATIONS", "LABELED_CONVERSATIONS"]) {
    await page.locator(`[data-measure=${measure}] .card-value a`).click();
    assert.equal(
      number(await page.locator("dialog[open] [data-part=total]").innerText()),
      number(await card(page, measure)),
    );
    await page.keyboard.press("Escape");
  }
  await clean();
});

test("charts are cut by day, week, month and year", async () => {
  const { page, clean } = await world.browser.visit("manager", "/inbox?period=LAST_90_DAYS");
  await settled(page);
  for (const [name, group] of [
    ["Day", "DAY"],
    ["Week", "WEEK"],
    ["Month", "MONTH"],
    ["Year", "YEAR"],
  ] as const) {
    await page.getByRole("group", { name: "Charts by" }).getByRole("button", { name }).click();
    await settled(page);
    const { team } = await api<{ team: { series: unknown[] } }>(
      "manager",
      `{ team(period: {preset: LAST_90_DAYS}) { series(by: ${group}) { from } } }`,
    );
    const label = await page
      .getByRole("region", { name: "Conversations", exact: true })
      .getByRole("img")
      .getAttribute("aria-label");
    assert.match(label ?? "", new RegExp(`^Conversations\\. ${team.series.length} points\\.`));
  }
  await clean();
});

test("the charts of one agent are theirs, and so is what is behind them", async () => {
  const { page, clean } = await world.browser.visit("manager", "/inbox");
  await settled(page);
  await page.getByRole("region", { name: "Agents" }).getByRole("link", { name: "Ben Carter" }).first().click();
  await page.waitForURL(/members=ben/);
  await settled(page);
  const { member } = await api<{ member: { series: { metrics: { conversations: number } }[] } }>(
    "manager",
    '{ member(id: "ben") { series { metrics { conversations } } } }',
  );
  const shown = await tableOf(page, "Conversations");
  assert.deepEqual(
    shown.map(([, value]) => number(value ?? "")),
    member.series.map(({ metrics }) => metrics.conversations),
  );
  const { team } = await api<{ team: { topLabels: { label: { title: string }; conversations: number }[] } }>(
    "manager",
    '{ team(filter: {memberIds: ["ben"]}) { topLabels { label { title } conversations } } }',
  );
  const labels = await tableOf(page, "Top labels");
  assert.deepEqual(
    labels.map(([, value]) => number(value ?? "")),
    team.topLabels.map(({ conversations }) => conversations),
  );
  await page.getByRole("region", { name: "Top labels, as a table" }).getByRole("link").first().click();
  assert.equal(
    number(await page.locator("dialog[open] [data-part=total]").innerText()),
    team.topLabels[0]?.conversations,
  );
  await clean();
});

for (const busy of ["CONVERSATIONS", "INBOUND_MESSAGES", "REPLIES", "CLOSED"]) {
  test(`an hour of the week leads to the conversations behind its ${busy.toLowerCase()}`, async () => {
    const { page, clean } = await world.browser.visit("manager", `/inbox?period=LAST_7_DAYS&busy=${busy}`);
    await settled(page);
    await page.getByRole("button", { name: "Show Busy hours as a table" }).click();
    const links = page.getByRole("region", { name: "Busy hours, as a table" }).getByRole("link");
    const values = await links.evaluateAll((all) => all.map((link) => Number(link.textContent?.replaceAll(/\D/g, ""))));
    assert.equal(values.length, 168);
    const busiest = values.indexOf(Math.max(...values));
    await links.nth(busiest).click();
    const shown = number(await page.locator("dialog[open] [data-part=total]").innerText());
    if (busy === "CONVERSATIONS" || busy === "CLOSED") assert.equal(shown, values[busiest]);
    const { conversations } = await api<{ conversations: { totalCount: number } }>(
      "manager",
      `{ conversations(measure: ${busy}, period: {preset: LAST_7_DAYS}, first: 0,
           at: {weekday: ${1 + Math.floor(busiest / 24)}, hour: ${busiest % 24}}) { totalCount } }`,
    );
    assert.equal(shown, conversations.totalCount);
    assert.ok(0 < shown && shown <= (values[busiest] ?? 0));
    await clean();
  });
}

test("agents are sorted by any column, with the sample size beside each average", async () => {
  const { page, clean } = await world.browser.visit("manager", "/inbox");
  await settled(page);
  const table = page.getByRole("region", { name: "Agents" }).getByRole("table");
  await table.getByRole("button", { name: "Ratings", exact: true }).click();
  assert.equal(await table.locator("th[aria-sort=descending]").count(), 1);
  const ratings = await table
    .locator("tbody tr")
    .evaluateAll((rows) => rows.map((row) => Number(row.children[4]?.firstChild?.firstChild?.textContent)));
  assert.deepEqual(
    ratings,
    [...ratings].sort((a, b) => b - a),
  );
  const samples = await table
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => Number(row.children[3]?.querySelector(".sample")?.firstChild?.textContent)),
    );
  assert.deepEqual(samples, ratings);
  await clean();
});

test("tables and charts are saved as CSV, charts as PNG", async () => {
  const { page, clean } = await world.browser.visit("manager", "/inbox");
  await settled(page);
  const agents = await save(page, "Download Agents as CSV");
  assert.match(agents.name, /^caseload-agents-\d{4}-\d{2}-\d{2}-\d{4}-\d{2}-\d{2}\.csv$/);
  const [head, ...rows] = agents.bytes.toString("utf8").replace("\ufeff", "").trim().split("\r\n");
  assert.match(head ?? "", /^Agent,New conversations,Messages,Average rating \(1 to 5\),"Average rating, values",/);
  assert.equal(rows.length, await page.getByRole("region", { name: "Agents" }).locator("tbody tr").count());
  const chart = await save(page, "Download Conversations as CSV");
  assert.equal(chart.bytes.toString("utf8").trim().split("\r\n").length, 31);
  const picture = await save(page, "Download Busy hours as PNG");
  assert.deepEqual([...picture.bytes.subarray(1, 4)], [...Buffer.from("PNG")]);
  assert.ok(picture.bytes.length > 5_000);
  await clean();
});

/** The cells of a chart's table, without the words for who can't see it. */
async function tableOf(page: Page, title: string): Promise<(string | undefined)[][]> {
  await page.getByRole("button", { name: `Show ${title} as a table` }).click();
  const rows = page.getByRole("region", { name: `${title}, as a table` }).locator("tbody tr");
  return rows.evaluateAll((all) =>
    all.map((row) =>
      [...row.children].map((cell) => (cell.querySelector("a, span") ?? cell).firstChild?.textContent ?? undefined),
    ),
  );
}
