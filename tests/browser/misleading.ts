// What once misled: comparisons, people chosen twice, clicks without effect, addresses that lead nowhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { card, number, settled } from "./browser.ts";
import { api, world } from "./world.ts";

/** The whole month so many months before that day's. */
function month(today: string, back: number): { from: string; to: string } {
  const [year = 0, at = 1] = today.split("-").map(Number);
  const day = (months: number, date: number) =>
    new Date(Date.UTC(year, at - 1 + months, date)).toISOString().slice(0, 10);
  return { from: day(-back, 1), to: day(1 - back, 0) };
}

async function today(): Promise<string> {
  return (await api<{ workspace: { today: string } }>("manager", "{ workspace { today } }")).workspace.today;
}

test("last month is compared with the whole month before it", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_MONTH");
  await settled(page);
  const { from, to } = month(await today(), 2);
  const { team } = await api<{ team: { metrics: { closed: number } } }>(
    "manager",
    `{ team(period: {between: {from: "${from}", to: "${to}"}}) { metrics { closed } } }`,
  );
  const before = page.locator("[data-measure=CLOSED] .card-before a");
  assert.equal(number(await before.innerText()), team.metrics.closed);
  await before.click();
  assert.equal(number(await page.locator("dialog[open] [data-part=total]").innerText()), team.metrics.closed);
  await clean();
});

test("what lies before the first figures is not comparable, and never a growth", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_MONTH");
  await settled(page);
  await page.getByLabel("Compared with").selectOption("YEAR_BEFORE");
  await page.waitForURL(/compare=YEAR_BEFORE/);
  await settled(page);
  await page.getByText("which is before the first figures: not comparable").waitFor();
  assert.equal(await page.locator("[data-measure] .trend").count(), 0);
  // All cards but the two of now.
  assert.equal(await page.getByText("not comparable", { exact: true }).count(), 10);
  await page.goto(`${world.server.base}/members?period=THIS_YEAR`);
  await settled(page);
  assert.ok((await page.locator("tbody tr").count()) > 5);
  assert.equal(await page.locator("tbody .trend").count(), 0);
  await clean();
});

for (const role of ["agent", "viewer"] as const) {
  test(`the ${role}, who sees one member alone, is told what is not comparable too`, async () => {
    const { page, clean } = await world.browser.visit(role, "/performance?period=LAST_30_DAYS");
    await settled(page);
    // Half a year of figures: the month before has some.
    assert.equal(await page.getByText("not comparable", { exact: true }).count(), 0);
    await page.getByLabel("Compared with").selectOption("YEAR_BEFORE");
    await page.waitForURL(/compare=YEAR_BEFORE/);
    await settled(page);
    await page.getByText("which is before the first figures: not comparable").waitFor();
    assert.equal(await page.locator("[data-measure] .trend").count(), 0);
    const { workspace } = await api<{ workspace: { firstDay: string } }>(role, "{ workspace { firstDay } }");
    const why = await page.getByText("not comparable", { exact: true }).first().getAttribute("title");
    assert.ok(why?.includes(workspace.firstDay.slice(0, 4)), why ?? "no reason");
    await clean();
  });
}

test("the first day itself can be compared with, and the day before it can't", async () => {
  const { workspace } = await api<{ workspace: { firstDay: string } }>("agent", "{ workspace { firstDay } }");
  const later = (days: number) =>
    new Date(Date.parse(workspace.firstDay) + days * 86_400_000).toISOString().slice(0, 10);
  for (const [role, shift, said] of [
    ["agent", 0, 0],
    ["agent", -1, 1],
    ["manager", 0, 0],
    ["manager", -1, 1],
  ] as const) {
    // Ten days, compared with the ten before, which begin with the first day, or one earlier.
    const path = `/performance?from=${later(10 + shift)}&to=${later(19 + shift)}`;
    const { page, clean } = await world.browser.visit(role, path);
    await settled(page);
    const told = page.getByText("which is before the first figures: not comparable");
    assert.equal(await told.count(), said, `${role}, ${shift}`);
    await clean();
    await page.close();
  }
});

test("people are chosen in one place, and clearing the filters clears all", async () => {
  const { page, clean } = await world.browser.visit("manager", "/inbox?agent=ben");
  await settled(page);
  assert.equal(await page.getByLabel("Agent", { exact: true }).count(), 0);
  await page.getByRole("button", { name: /^Members: Ben Carter/ }).waitFor();
  const { team } = await api<{ team: { metrics: { messages: number } } }>(
    "manager",
    '{ team(filter: {memberIds: ["ben"]}) { metrics { messages } } }',
  );
  assert.equal(number(await card(page, "MESSAGES")), team.metrics.messages);
  const agents = page.getByRole("region", { name: "Agents" }).locator("tbody tr");
  assert.equal(await agents.count(), 1);
  await page.goto(
    `${world.server.base}/performance?member=ben&members=ben&unassigned=1&channel=email&score=1-2&commented=1`,
  );
  await settled(page);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.waitForURL((url) => url.search === "?member=ben");
  await clean();
});

test("a member's page opens at its top, with the focus on its heading", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const link = page
    .getByRole("region", { name: /^Leaderboard by/ })
    .getByRole("link", { name: "Aisha Rahman" })
    .first();
  await link.scrollIntoViewIfNeeded();
  assert.ok((await page.evaluate(() => scrollY)) > 200);
  await link.click();
  await page.getByRole("heading", { level: 1, name: /Aisha Rahman/ }).waitFor();
  await settled(page);
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.match((await page.evaluate(() => document.activeElement?.tagName)) ?? "", /^H1$/);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Team performance" }).waitFor();
  await clean();
});

test("a page whose server is gone says so in its head too, and is grey", async () => {
  const server = await world.server.beside([]);
  const { page } = await world.browser.visitAt(`${server.base}/performance#token=${world.server.tokens.manager}`);
  await settled(page);
  const before = await card(page, "CLOSED");
  await server.stop();
  await page.locator(".freshness[data-offline]", { hasText: /^Offline since \d{1,2}:\d{2}/ }).waitFor();
  await page.getByText(/^Offline since .* What is shown was read before\.$/).waitFor();
  const filter = await page.locator("[data-measure=CLOSED]").evaluate((card) => {
    const shown = card.closest('[data-offline="true"]');
    return shown ? getComputedStyle(shown).filter : "";
  });
  assert.equal(filter, "grayscale(1)");
  assert.equal(await card(page, "CLOSED"), before);
});

test("a click anywhere in a column of a line opens that column's list", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_90_DAYS&group=DAY");
  await settled(page);
  const { team } = await api<{ team: { series: { from: string; metrics: { firstResponse: { count: number } } }[] } }>(
    "manager",
    "{ team(period: {preset: LAST_90_DAYS}) { series(by: DAY) { from metrics { firstResponse { count } } } } }",
  );
  const canvas = page.getByRole("img", { name: /^First response, median/ });
  const box = await canvas.boundingBox();
  assert.ok(box);
  let opened = 0;
  for (const at of [0.2, 0.35, 0.5, 0.65, 0.8, 0.95]) {
    // Near the top, where no line is.
    await page.mouse.click(box.x + at * box.width, box.y + 20);
    if (!page.url().includes("list=")) continue;
    opened += 1;
    const url = new URL(page.url());
    const day = url.searchParams.get("list-from");
    assert.equal(url.searchParams.get("list"), "FIRST_RESPONSE_MEDIAN");
    const point = team.series.find(({ from }) => from === day);
    assert.equal(
      number(await page.locator("dialog[open] [data-part=total]").innerText()),
      point?.metrics.firstResponse.count,
    );
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  }
  // Days without any response, such as Sundays, have no list.
  assert.ok(opened >= 4, `${opened} of 6 clicks opened a list`);
  await clean();
});

test("numbers that are copied from a table are numbers alone", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const row = page
    .getByRole("region", { name: /^Leaderboard by/ })
    .locator("tbody tr")
    .first();
  const closed = await row.locator("td.numeric").nth(1).innerText();
  await row.evaluate((element) => getSelection()?.selectAllChildren(element));
  await page.keyboard.press("Control+C");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const cells = copied
    .trim()
    .split(/\t|\n/)
    .map((cell) => cell.trim())
    .filter((cell) => cell !== "");
  assert.equal(cells.length, 9, copied);
  assert.equal(cells[2], closed);
  assert.doesNotMatch(copied, /show|conversations|values|performer|:/i);
  await clean();
});

test("changes and shares that are copied are numbers alone too", async () => {
  const { page, clean } = await world.browser.visit("manager", "/members");
  await settled(page);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const row = page.getByRole("region", { name: "Members, as a table" }).locator("tbody tr").first();
  const name = await row.locator(".person > span:last-child").innerText();
  await row.evaluate((element) => getSelection()?.selectAllChildren(element));
  await page.keyboard.press("Control+C");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.includes(name), copied);
  assert.doesNotMatch(copied.replace(name, ""), /show|conversations|values|compare|better|worse|:/i);
  await clean();
});

test("a table is put in order by any column, both ways", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const table = page.getByRole("region", { name: /^Leaderboard by/ }).getByRole("table");
  for (const button of await table.locator("thead button").all()) {
    for (const _ of ["first", "second"]) {
      await button.click();
      const head = button.locator("xpath=..");
      const direction = await head.getAttribute("aria-sort");
      assert.match(direction ?? "", /^(ascending|descending)$/);
    }
  }
  await table.getByRole("button", { name: "Replies" }).click();
  const replies = await table
    .locator("tbody tr")
    .evaluateAll((rows) => rows.map((row) => row.children[5]?.textContent));
  const values = replies.map((text) => number(text ?? ""));
  assert.deepEqual(
    values,
    [...values].sort((a, b) => b - a),
  );
  await clean();
});

for (const path of ["/labels", "/channels", "/teams?pair=front-line&pair=billing", "/members", "/inbox"]) {
  test(`each table of ${path} is put in order by any of its columns, both ways`, async () => {
    const { page, clean } = await world.browser.visit("manager", path);
    await settled(page);
    const buttons = await page.locator("main table thead button").all();
    assert.ok(buttons.length >= 7);
    for (const button of buttons) {
      const head = button.locator("xpath=..");
      await button.click();
      const first = await head.getAttribute("aria-sort");
      await button.click();
      const second = await head.getAttribute("aria-sort");
      assert.deepEqual([first, second].sort(), ["ascending", "descending"], await button.innerText());
    }
    await clean();
  });
}

test("a long list is put in order over all of its rows", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_30_DAYS&list=CLOSED");
  await page.locator("dialog tbody tr").first().waitFor();
  await page.locator("dialog").getByRole("button", { name: "Closing time" }).click();
  await page.waitForFunction(() => document.querySelectorAll("dialog tbody tr").length > 50);
  // Of this measure the API lists the longest first.
  const { conversations } = await api<{ conversations: { totalCount: number; nodes: { id: string }[] } }>(
    "manager",
    "{ conversations(measure: CLOSING_TIME_MEDIAN, period: {preset: LAST_30_DAYS}, first: 1) { totalCount nodes { id } } }",
  );
  assert.ok(conversations.totalCount > 1_000, "more than a page of the API has");
  const longest = page.locator("dialog tbody tr").first();
  await longest.locator(".below", { hasText: conversations.nodes[0]?.id ?? "" }).waitFor();
  await page.locator("dialog").getByRole("button", { name: "Closing time" }).click();
  await longest.locator(".below", { hasText: conversations.nodes[0]?.id ?? "" }).waitFor({ state: "detached" });
  await clean();
});

test("open conversations of now have no rank and no winner", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?by=OPEN");
  await settled(page);
  const table = page.getByRole("region", { name: "Members by open now" }).getByRole("table");
  await table.waitFor();
  assert.equal(await table.getByRole("button", { name: "Rank" }).count(), 0);
  assert.equal(await table.locator(".badge-top, .rank, .row-top").count(), 0);
  await clean();
});

test("the map of hours says what its colours stand for, none apart from few", async () => {
  const { page, clean } = await world.browser.visit("manager", "/inbox?period=LAST_7_DAYS");
  await settled(page);
  const legend = await page.getByRole("list", { name: "Colours" }).getByRole("listitem").allInnerTexts();
  assert.equal(legend[0], "0");
  assert.match(legend[1] ?? "", /^1/);
  const { team } = await api<{ team: { busyHours: { count: number }[] } }>(
    "manager",
    "{ team(period: {preset: LAST_7_DAYS}) { busyHours { count } } }",
  );
  const most = Math.max(...team.busyHours.map(({ count }) => count));
  assert.match(legend.at(-1) ?? "", new RegExp(`(^|–)${most}$`));
  await clean();
});

test("an address that is wrong shows a page with a way back", async () => {
  const { page, clean } = await world.browser.visit(
    "manager",
    "/performance?from=2026-13-45&to=2026-13-46&channel=email",
  );
  await page.getByRole("heading", { level: 1, name: "This address can't be shown" }).waitFor();
  await page.getByText('"2026-13-45" is no day of the calendar').waitFor();
  await page.getByRole("link", { name: "Show the last 30 days" }).click();
  await settled(page);
  assert.equal(new URL(page.url()).search, "?channel=email");
  await clean();
  const answer = await page.goto(`${world.server.base}/no/such/page`);
  assert.equal(answer?.status(), 404);
  await page.getByRole("heading", { level: 1, name: "There is no such page" }).waitFor();
  await page.getByRole("link", { name: "Go to the performance report" }).click();
  await settled(page);
  const plain = await fetch(`${world.server.base}/no/such/page`);
  assert.match(plain.headers.get("content-type") ?? "", /json/);
});

test("a page that can't be drawn says so, and offers ways out", async () => {
  const { page } = await world.browser.visit("manager", "/inbox");
  await settled(page);
  await page.route("**/graphql", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('"leaderboard":[', '"leaderboard":[null,') });
  });
  await page.getByRole("link", { name: "Performance", exact: true }).click();
  await page.getByRole("alert").getByText("This page could not be shown").waitFor();
  await page.getByRole("navigation").getByRole("link", { name: "Inbox", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();
  await page.getByRole("link", { name: "Performance", exact: true }).click();
  await page.getByRole("alert").getByText("This page could not be shown").waitFor();
  await page.unroute("**/graphql");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("[data-measure=CLOSED]").waitFor();
});

test("a list whose figures change between two pages is read again, and says so", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?list=CLOSED");
  await page.locator("dialog tbody tr").first().waitFor();
  await sayChanged(page);
  await page
    .locator("dialog")
    .getByRole("button", { name: /^Show more/ })
    .click();
  await page.getByText("The figures changed meanwhile. The list was read again from its beginning.").waitFor();
  assert.equal(await page.locator("dialog tbody tr").count(), 100);
  await page
    .locator("dialog")
    .getByRole("button", { name: /as CSV$/ })
    .click();
  await page.getByText("Not saved: The figures changed each time while the list was read.").waitFor();
  await clean();
});

/** Every page but the first says that figures have changed. */
async function sayChanged(page: Page): Promise<void> {
  await page.route("**/graphql", async (route) => {
    const asked = route.request().postDataJSON() as { variables?: { after?: string | null } };
    const response = await route.fetch();
    const body = await response.text();
    await route.fulfill({
      response,
      body: asked.variables?.after ? body.replace('"changed":false', '"changed":true') : body,
    });
  });
}

test("comments are searched, all of them", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_90_DAYS");
  await settled(page);
  const { feedback } = await api<{ feedback: { nodes: { comment: string }[] } }>(
    "manager",
    "{ feedback(period: {preset: LAST_90_DAYS}, hasComment: true, first: 1000) { nodes { comment } } }",
  );
  const word =
    feedback.nodes
      .at(-1)
      ?.comment.split(/\W+/)
      .find((one) => one.length > 3) ?? "";
  const found = feedback.nodes.filter(({ comment }) => comment.toLowerCase().includes(word.toLowerCase()));
  await page.getByLabel("Search in comments").fill(word.toUpperCase());
  await page.getByText(`${found.length} rating${found.length === 1 ? "" : "s"} with "${word.toUpperCase()}"`).waitFor();
  assert.equal(await page.locator(".feedback-item").count(), found.length);
  await clean();
});
