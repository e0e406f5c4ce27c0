// The demo's conversations have no attributes: these tests bring their own, which stay in the workspace.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { card, number, save, settled } from "./browser.ts";
import { api, importFacts, world } from "./world.ts";

/** A value of all that an address could mistake. */
const ODD = "a:b & c=1, #ü";
const WITHOUT = "Without a value";
const PERIOD = "period: {preset: LAST_7_DAYS}";

/** The tariffs of the first conversations; the others have none. */
const TARIFFS = ["pro", "pro", "pro", "pro", "pro", "basic", "basic", "basic", ["pro", "basic"], ODD];
/** Each conversation is of another account: more than a filter offers at once. */
const ACCOUNTS = 150;

let imported: Promise<void> | undefined;

/** Imports the conversations once, and waits until figures know them. */
function ready(): Promise<void> {
  imported ??= bring();
  return imported;
}

async function bring(): Promise<void> {
  const at = new Date(Date.now() - 60_000).toISOString();
  const conversations = Array.from({ length: ACCOUNTS }, (_, index) => ({
    type: "conversation",
    id: `attributes-${index}`,
    customer_id: "attributes-customer",
    channel: "email",
    created_at: at,
    closed_at: at,
    assignee_id: "aisha",
    attributes: { account: account(index), tariff: TARIFFS[index] ?? null },
  }));
  await importFacts([{ type: "customer", id: "attributes-customer", name: "Attributes Customer" }, ...conversations]);
  type Known = { workspace: { attributes: { key: string }[] } };
  for (let tries = 0; tries < 240; tries += 1) {
    const { workspace } = await api<Known>("manager", "{ workspace { attributes { key } } }");
    if (workspace.attributes.some(({ key }) => key === "tariff")) return;
    await new Promise((later) => setTimeout(later, 250));
  }
  throw new Error("the figures do not know the attributes after a minute");
}

const account = (index: number) => `account-${String(index).padStart(3, "0")}`;

/** New conversations that have any of these tariffs, as the API counts them. */
async function counted(tariffs: (string | null)[]): Promise<number> {
  const { team } = await api<{ team: { metrics: { conversations: number } } }>(
    "manager",
    `query ($filter: ReportFilter) { team(${PERIOD}, filter: $filter) { metrics { conversations } } }`,
    { filter: { attributes: [{ key: "tariff", anyOf: tariffs }] } },
  );
  return team.metrics.conversations;
}

/** Chooses that value in the filter of an attribute, whose panel is open. */
async function choose(page: Page, key: string, value: string): Promise<void> {
  const panel = page.getByRole("region", { name: key, exact: true });
  await panel.getByRole("checkbox", { name: value, exact: true }).check();
  await page.waitForURL((url) => url.searchParams.getAll("attr").includes(`${key}:${value === WITHOUT ? "" : value}`));
  await settled(page);
}

test("values of an attribute filter a page, stay in its address, and are cleared", async () => {
  await ready();
  const { page, clean } = await world.browser.visit("manager", "/inbox?period=LAST_7_DAYS");
  await settled(page);
  const everything = number(await card(page, "CONVERSATIONS"));
  await page.getByRole("button", { name: "tariff", exact: true }).click();
  await choose(page, "tariff", "pro");
  assert.equal(number(await card(page, "CONVERSATIONS")), 6);
  assert.equal(new URL(page.url()).search, "?period=LAST_7_DAYS&attr=tariff%3Apro");

  await choose(page, "tariff", ODD);
  assert.equal(number(await card(page, "CONVERSATIONS")), 7);
  await choose(page, "tariff", WITHOUT);
  const three = await counted(["pro", ODD, null]);
  assert.equal(number(await card(page, "CONVERSATIONS")), three);
  assert.ok(7 < three && three < everything);
  const head = await page.locator(".print-head").textContent();
  assert.ok(head?.includes(` · tariff: pro, ${ODD}, ${WITHOUT} · `), head ?? "no head");

  await page.reload();
  await settled(page);
  assert.equal(number(await card(page, "CONVERSATIONS")), three);
  await page.getByRole("button", { name: "tariff: 3", exact: true }).waitFor();
  await page.locator("[data-measure=CONVERSATIONS] .card-value a").click();
  assert.equal(number(await page.locator("dialog[open] [data-part=total]").innerText()), three);
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.waitForURL((url) => url.search === "?period=LAST_7_DAYS");
  await settled(page);
  assert.equal(number(await card(page, "CONVERSATIONS")), everything);
  await clean();
});

test("a value beyond the first hundred is found by how it begins", async () => {
  await ready();
  const { page, clean } = await world.browser.visit("manager", "/inbox?period=LAST_7_DAYS");
  await settled(page);
  await page.getByRole("button", { name: "account", exact: true }).click();
  const panel = page.getByRole("region", { name: "account", exact: true });
  await panel.getByText("The first 100 values.").waitFor();
  // And those without one.
  assert.equal(await panel.getByRole("checkbox").count(), 101);
  await panel.getByLabel("Search account").fill("account-14");
  await panel.getByRole("checkbox", { name: account(149), exact: true }).waitFor();
  assert.equal(await panel.getByRole("checkbox").count(), 10);
  await choose(page, "account", account(149));
  assert.equal(number(await card(page, "CONVERSATIONS")), 1);
  await clean();
});

interface Row {
  keys: { id: string | null }[];
  metrics: { conversations: number };
}

test("the table of an attribute has a row for each value, and each leads to its conversations", async () => {
  await ready();
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  await page.getByRole("navigation").getByRole("link", { name: "Attributes", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Attributes" }).waitFor();
  await settled(page);
  await page.getByLabel("Attribute", { exact: true }).selectOption("tariff");
  await page.waitForURL((url) => url.search === "?key=tariff");
  const table = page.getByRole("region", { name: "tariff, as a table", exact: true }).getByRole("table");
  await table.waitFor();
  await settled(page);

  const { breakdown, team } = await api<{ breakdown: { nodes: Row[] }; team: { metrics: { conversations: number } } }>(
    "manager",
    `{ breakdown(by: [{attribute: "tariff"}], first: 1000) { nodes { keys { id } metrics { conversations } } }
       team { metrics { conversations } } }`,
  );
  const expected = breakdown.nodes.map(({ keys, metrics }) => [keys[0]?.id ?? WITHOUT, metrics.conversations]);
  assert.deepEqual(expected.slice(1), [
    ["pro", 6],
    ["basic", 4],
    [ODD, 1],
  ]);
  const rows = await table.locator("tbody tr").all();
  const shown = await Promise.all(
    rows.map(async (row) => [
      await row.locator("th .person").innerText(),
      number(await row.locator("td.numeric").first().innerText()),
    ]),
  );
  assert.deepEqual(shown, expected);
  assert.equal(await table.locator(".trend-line").count(), rows.length);
  const pro = table.locator("tbody tr").filter({ has: page.getByRole("link", { name: "pro", exact: true }) });
  const share = number(await pro.locator("td.numeric").nth(2).innerText());
  assert.ok(Math.abs(share - (100 * 6) / team.metrics.conversations) < 0.06, `${share}`);

  const { bytes } = await save(page, "Download tariff as CSV");
  assert.match(bytes.toString("utf8").replace("\ufeff", ""), /^tariff,/);

  await pro.getByRole("link", { name: /New conversations/ }).click();
  const drawer = page.locator("dialog[open]");
  assert.equal(number(await drawer.locator("[data-part=total]").innerText()), 6);
  assert.equal(new URL(page.url()).searchParams.get("list-attribute"), "tariff:pro");
  await drawer.getByText("· tariff: pro").waitFor();
  assert.equal(await drawer.locator("tbody small", { hasText: "tariff: basic, pro" }).count(), 1);
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });

  await table.getByRole("link", { name: ODD, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Team performance" }).waitFor();
  await settled(page);
  assert.equal(number(await card(page, "CLOSED")), 1);
  const { searchParams } = new URL(page.url());
  assert.deepEqual([...searchParams], [["attr", `tariff:${ODD}`]]);
  await clean();
});

test("an agent has no attributes to choose, and no table of them", async () => {
  await ready();
  const { page, clean } = await world.browser.visit("agent", "/performance?period=LAST_7_DAYS");
  await settled(page);
  await page.getByRole("button", { name: "Labels", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "tariff" }).count(), 0);
  assert.equal(await page.getByRole("navigation").getByRole("link", { name: "Attributes" }).count(), 0);
  await page.goto(`${world.server.base}/attributes`);
  await page.getByText("Your role sees your own figures alone.").waitFor();
  await clean();
});
