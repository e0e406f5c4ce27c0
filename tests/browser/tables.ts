import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { settled } from "./browser.ts";
import { api, world } from "./world.ts";

interface Row {
  id: string;
  name: string;
  now: Figures;
  before: Figures | undefined;
}

interface Figures {
  conversations: number;
  firstResponse: { count: number; median: number | null };
}

const FIGURES = "conversations firstResponse { count median }";
const DAYS = "period { from to }";

/** The days of the last 30 days and of the 30 before, as the API says them. */
async function periods() {
  const { team } = await api<{ team: { period: Days; previous: { period: Days } } }>(
    "manager",
    `{ team(period: {preset: LAST_30_DAYS}) { ${DAYS} previous { ${DAYS} } } }`,
  );
  return { now: between(team.period), before: between(team.previous.period) };
}

type Days = { from: string; to: string };
const between = ({ from, to }: Days) => `period: {between: {from: "${from}", to: "${to}"}}`;

/** Names in the order of the table. */
async function names(table: Locator): Promise<string[]> {
  return table.locator("tbody th .person > span:last-child").allInnerTexts();
}

async function open(page: Page, name: string): Promise<Locator> {
  await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await settled(page);
  return page.getByRole("region", { name: `${name}, as a table`, exact: true }).getByRole("table");
}

/** From most to least; what has too few values on either side comes last and is left out. */
function ordered(rows: Row[], change: (row: Row) => number | undefined): string[] {
  const changes = rows.flatMap((row) => {
    const value = change(row);
    return value === undefined ? [] : [{ name: row.name, value }];
  });
  return changes.sort((a, b) => b.value - a.value).map(({ name }) => name);
}

const growth = ({ now, before }: Row) =>
  before && Math.min(now.conversations, before.conversations) >= 10
    ? now.conversations / before.conversations - 1
    : undefined;

const faster = ({ now, before }: Row) => {
  const values = Math.min(now.firstResponse.count, before?.firstResponse.count ?? 0);
  const [median, earlier] = [now.firstResponse.median, before?.firstResponse.median];
  return values >= 10 && median !== null && earlier ? 1 - median / earlier : undefined;
};

test("which label grew most is two clicks away", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const table = await open(page, "Labels");
  await table.getByRole("button", { name: "Conversations change" }).click();
  const { now, before } = await periods();
  const label = "{ label { id title } metrics { FIGURES } }".replace("FIGURES", FIGURES);
  type Label = { label: { id: string; title: string }; metrics: Figures };
  const { one, two } = await api<{ one: Label[]; two: Label[] }>(
    "manager",
    `{ one: labels(${now}, first: 1000) ${label} two: labels(${before}, first: 1000) ${label} }`,
  );
  const rows = one.map((row) => ({
    id: row.label.id,
    name: row.label.title,
    now: row.metrics,
    before: two.find((other) => other.label.id === row.label.id)?.metrics,
  }));
  const expected = ordered(rows, growth);
  assert.ok(expected.length > 5);
  assert.deepEqual((await names(table)).slice(0, expected.length), expected);
  await clean();
});

test("who improved is two clicks away, and each number leads to its conversations", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const table = await open(page, "Members");
  await table.getByRole("button", { name: "First response change" }).click();
  const { now, before } = await periods();
  const member = "{ members { member { id name } metrics { FIGURES } } }".replace("FIGURES", FIGURES);
  type Members = { members: { member: { id: string; name: string }; metrics: Figures }[] };
  const { one, two } = await api<{ one: Members; two: Members }>(
    "manager",
    `{ one: team(${now}) ${member} two: team(${before}) ${member} }`,
  );
  const rows = one.members.map((row) => ({
    id: row.member.id,
    name: row.member.name,
    now: row.metrics,
    before: two.members.find((other) => other.member.id === row.member.id)?.metrics,
  }));
  const expected = ordered(rows, faster);
  assert.ok(expected.length > 3);
  assert.deepEqual((await names(table)).slice(0, expected.length), expected);
  const first = table.locator("tbody tr").first();
  const link = first.getByRole("link", { name: /New conversations/ });
  const value = Number((await link.innerText()).replaceAll(/\D/g, ""));
  assert.equal(value, rows.find(({ name }) => name === expected[0])?.now.conversations);
  await link.click();
  const total = await page.locator("dialog[open] [data-part=total]").innerText();
  assert.equal(Number(total.replaceAll(/\D/g, "")), value);
  await clean();
});

test("each team has its figures, those before and its share, as when it is asked for alone", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const table = await open(page, "Teams");
  const { workspace, team: all } = await api<{
    workspace: { teams: { id: string; name: string }[] };
    team: { metrics: { conversations: number } };
  }>("manager", "{ workspace { teams { id name } } team { metrics { conversations } } }");
  assert.ok(workspace.teams.length > 2);
  const { now, before } = await periods();
  for (const { id, name } of workspace.teams) {
    const filter = `filter: {teamIds: ["${id}"]}`;
    const { one, two } = await api<Record<"one" | "two", { metrics: Figures }>>(
      "manager",
      `{ one: team(${now}, ${filter}) { metrics { ${FIGURES} } } two: team(${before}, ${filter}) { metrics { ${FIGURES} } } }`,
    );
    const [count, earlier] = [one.metrics.conversations, two.metrics.conversations];
    const cells = table.locator("tbody tr", { hasText: name }).locator("td.numeric");
    const [shown, change, share] = (await cells.allInnerTexts()).map((text) => text.trim());
    assert.equal(Number(shown?.replaceAll(/\D/g, "")), count, name);
    const relative = Math.round(Math.abs(count / earlier - 1) * 100);
    if (count !== earlier) assert.equal(Math.round(Number(change?.replaceAll(/[^\d.]/g, ""))), relative, name);
    const expected = (100 * count) / all.metrics.conversations;
    assert.ok(Math.abs(Number(share?.replace("%", "")) - expected) < 0.06, `${name}: ${share}, ${expected}`);
  }
  await clean();
});

test("teams are read in one question, and the filter leaves the chosen ones", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  let asked = 0;
  page.on("request", (request) => {
    if (/TeamTable/.test(request.postData() ?? request.url())) asked += 1;
  });
  const table = await open(page, "Teams");
  assert.equal(asked, 1);
  const { workspace } = await api<{ workspace: { teams: { id: string; name: string }[] } }>(
    "manager",
    "{ workspace { teams { id name } } }",
  );
  assert.equal(await table.locator("tbody tr").count(), workspace.teams.length);
  assert.equal(await table.locator(".trend-line").count(), workspace.teams.length);
  const [one] = workspace.teams;
  await page.goto(`${world.server.base}/teams?team=${one?.id}`);
  await settled(page);
  assert.deepEqual(await names(table), [one?.name]);
  await clean();
});

test("two teams stand side by side, in the address too", async () => {
  const { page, clean } = await world.browser.visit("manager", "/teams");
  await settled(page);
  const { workspace } = await api<{ workspace: { teams: { id: string; name: string }[] } }>(
    "manager",
    "{ workspace { teams { id name } } }",
  );
  const [one, other] = workspace.teams;
  assert.ok(one && other);
  await page.getByRole("checkbox", { name: `Compare ${one.name}` }).check();
  await page.getByRole("checkbox", { name: `Compare ${other.name}` }).check();
  const region = page.getByRole("region", { name: `${one.name} and ${other.name}`, exact: true }).getByRole("table");
  await region.waitFor();
  const shown = await region
    .locator("tbody tr", { hasText: /^Closed/ })
    .locator("td a")
    .allInnerTexts();
  const { a, b } = await api<Record<"a" | "b", { metrics: { closed: number } }>>(
    "manager",
    `{ a: team(filter: {teamIds: ["${one.id}"]}) { metrics { closed } }
       b: team(filter: {teamIds: ["${other.id}"]}) { metrics { closed } } }`,
  );
  assert.deepEqual(
    shown.map((text) => Number(text.replaceAll(/\D/g, ""))),
    [a.metrics.closed, b.metrics.closed],
  );
  assert.equal(new URL(page.url()).search, `?pair=${one.id}&pair=${other.id}`);
  await page.reload();
  await region.waitFor();
  await clean();
});

test("channels have a line for their conversations, and lead to their own report", async () => {
  const { page, clean } = await world.browser.visit("manager", "/channels");
  await settled(page);
  const { team } = await api<{ team: { channels: { channel: string }[] } }>(
    "manager",
    "{ team { channels { channel } } }",
  );
  const table = page.getByRole("region", { name: "Channels, as a table", exact: true }).getByRole("table");
  assert.equal(await table.locator(".trend-line").count(), team.channels.length);
  await table.getByRole("link", { name: "email", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Team performance" }).waitFor();
  assert.equal(new URL(page.url()).search, "?channel=email");
  await clean();
});

test("a small line is dotted where its days are not over", async () => {
  for (const [period, dotted] of [
    ["LAST_30_DAYS", true],
    ["LAST_MONTH", false],
  ] as const) {
    const { page, clean } = await world.browser.visit("manager", `/teams?period=${period}`);
    await settled(page);
    const lines = await page.locator(".trend-line").count();
    assert.ok(lines > 2);
    assert.equal(await page.locator(".trend-line .trend-unfinished").count(), dotted ? lines : 0, period);
    await clean();
    await page.close();
  }
});

test("an agent has no tables of others", async () => {
  const { page, clean } = await world.browser.visit("agent", "/members");
  await page.getByText("Your role sees your own figures alone.").waitFor();
  assert.equal(await page.getByRole("navigation").getByRole("link").count(), 3);
  await clean();
});
