import assert from "node:assert/strict";
import { test } from "node:test";
import { card, number, settled } from "./browser.ts";
import { api, world } from "./world.ts";

const FIGURES = "metrics { closed won lost open waiting replies followUpsCompleted firstResponse { count } }";

test("the team's cards show what the API says, for every period that is chosen", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  for (const [button, preset] of [
    ["30 days", "LAST_30_DAYS"],
    ["7 days", "LAST_7_DAYS"],
    ["90 days", "LAST_90_DAYS"],
  ]) {
    await page.getByRole("button", { name: button as string, exact: true }).click();
    await settled(page);
    const { team } = await api<{ team: { metrics: Record<string, number> } }>(
      "manager",
      `{ team(period: {preset: ${preset}}) { ${FIGURES} } }`,
    );
    for (const [measure, field] of Object.entries({
      CLOSED: "closed",
      WON: "won",
      LOST: "lost",
      OPEN: "open",
      WAITING: "waiting",
      REPLIES: "replies",
    })) {
      assert.equal(number(await card(page, measure)), team.metrics[field], `${measure} ${preset}`);
    }
    assert.equal(await page.locator("[data-measure]").count(), 12);
  }
  await clean();
});

test("the list behind a card holds as many conversations as the card says", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_7_DAYS");
  await settled(page);
  for (const measure of ["CLOSED", "WON", "LOST", "OPEN", "WAITING"]) {
    const value = number(await card(page, measure));
    await page.locator(`[data-measure=${measure}] .card-value a`).click();
    assert.equal(number(await page.locator("dialog[open] [data-part=total]").innerText()), value, measure);
    assert.equal(await page.locator(".drill-scope").innerText(), measure === "OPEN" ? "" : "Last 7 days");
    if (value > 0) await page.locator("dialog tbody tr").first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  }
  await clean();
});

test("a bar's list holds as many conversations as the bar says, for what the API filters and for what it does not", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_7_DAYS");
  await settled(page);
  for (const title of ["Closed conversations", "Response times"]) {
    await page.getByRole("button", { name: `Show ${title} as a table` }).click();
    const table = page.getByRole("region", { name: `${title}, as a table` });
    for (const link of (await table.getByRole("link").all()).slice(0, 6)) {
      const value = number((await link.innerText()).split(":")[0] ?? "");
      await link.click();
      assert.equal(
        number(await page.locator("dialog[open] [data-part=total]").innerText()),
        value,
        await link.innerText(),
      );
      await page.keyboard.press("Escape");
    }
  }
  await clean();
});

test("a score's list holds the conversations with such a rating in the period", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_7_DAYS");
  await settled(page);
  const { feedback } = await api<{ feedback: { totalCount: number; nodes: { conversationId: string }[] } }>(
    "manager",
    "{ feedback(period: {preset: LAST_7_DAYS}, minScore: 5, maxScore: 5, first: 1000) { totalCount nodes { conversationId } } }",
  );
  await page.getByRole("button", { name: "Show Scores as a table" }).click();
  const link = page.getByRole("region", { name: "Scores, as a table" }).getByRole("link").nth(4);
  assert.equal(number((await link.innerText()).split(":")[0] ?? ""), feedback.totalCount);
  await link.click();
  const conversations = new Set(feedback.nodes.map(({ conversationId }) => conversationId));
  assert.equal(number(await page.locator("dialog[open] [data-part=total]").innerText()), conversations.size);
  await page.getByText("The number counts ratings; a conversation with several stands here once.").waitFor();
  await clean();
});

test("what a card was before leads to the conversations of then", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_7_DAYS");
  await settled(page);
  const { team } = await api<{ team: { previous: { metrics: { closed: number } } } }>(
    "manager",
    "{ team(period: {preset: LAST_7_DAYS}) { previous { metrics { closed } } } }",
  );
  await page.locator("[data-measure=CLOSED] .card-before a").click();
  assert.equal(number(await page.locator("dialog[open] [data-part=total]").innerText()), team.previous.metrics.closed);
  await clean();
});

test("a period without facts says so, and has nothing to compare", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?from=2001-01-01&to=2001-01-07");
  await settled(page);
  assert.equal(await page.getByText("Nothing in this period").count(), 4);
  await page.getByText("No ratings", { exact: true }).waitFor();
  assert.equal(await card(page, "RATING_AVERAGE"), "–");
  await clean();
});

test("filters restrict every number, stand in the address, and the back button takes them back", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const before = number(await card(page, "CLOSED"));
  await page.getByRole("button", { name: "Channels" }).click();
  await page.getByRole("checkbox", { name: "email" }).check();
  await page.waitForURL(/channel=email/);
  await settled(page);
  const { team } = await api<{ team: { metrics: { closed: number } } }>(
    "manager",
    '{ team(filter: {channels: ["email"]}) { metrics { closed } } }',
  );
  assert.equal(number(await card(page, "CLOSED")), team.metrics.closed);
  assert.ok(team.metrics.closed < before);
  const { page: shared } = await world.browser.visitAt(`${page.url()}#token=${world.server.tokens.manager}`);
  await settled(shared);
  assert.equal(number(await card(shared, "CLOSED")), team.metrics.closed);
  await page.goBack();
  await settled(page);
  assert.equal(number(await card(page, "CLOSED")), before);
  await clean();
});

test("a custom range is chosen by its days", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const { workspace } = await api<{ workspace: { today: string } }>("manager", "{ workspace { today } }");
  const from = `${workspace.today.slice(0, 8)}01`;
  await page.getByRole("button", { name: "Custom range", exact: true }).click();
  await page.getByLabel("From", { exact: true }).fill(from);
  await page.getByLabel("To", { exact: true }).fill(workspace.today);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.waitForURL(new RegExp(`from=${from}`));
  await settled(page);
  const { team } = await api<{ team: { metrics: { closed: number } } }>(
    "manager",
    `{ team(period: {between: {from: "${from}", to: "${workspace.today}"}}) { metrics { closed } } }`,
  );
  assert.equal(number(await card(page, "CLOSED")), team.metrics.closed);
  await clean();
});

test("the leaderboard ranks by the measure chosen, marks top performers and shows ties", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  await page.getByLabel("By", { exact: true }).selectOption("REPLIES");
  await page.waitForURL(/by=REPLIES/);
  await settled(page);
  const { team } = await api<{
    team: { leaderboard: { rank: number; isTopPerformer: boolean; report: { member: { name: string } } }[] };
  }>("manager", "{ team { leaderboard(by: REPLIES) { rank isTopPerformer report { member { name } } } } }");
  const rows = page.getByRole("region", { name: /^Leaderboard by/ }).locator("tbody tr");
  const shown = await rows.evaluateAll((all) =>
    all.map((row) => [
      Number(row.querySelector(".rank")?.textContent?.replaceAll(/\D/g, "")),
      row.querySelector(".person > span:last-child")?.firstChild?.textContent,
      row.querySelector(".badge")?.textContent === "Top performer",
      row.querySelector(".tie") !== null,
    ]),
  );
  const ranks = team.leaderboard.map(({ rank }) => rank);
  const expected = team.leaderboard.map(({ rank, isTopPerformer, report }) => [
    rank,
    report.member.name,
    isTopPerformer,
    ranks.filter((other) => other === rank).length > 1,
  ]);
  assert.deepEqual(shown, expected);
  assert.ok(expected.some(([, , top]) => top) && expected.some(([, , , tied]) => tied));
  await clean();
});

test("a click on a member shows the same for them, with their feedback alone", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  await page
    .getByRole("region", { name: /^Leaderboard by/ })
    .locator("tbody th")
    // On some days she is the top performer, which the link says too.
    .getByRole("link", { name: /Aisha Rahman/ })
    .click();
  await page.getByRole("heading", { level: 1, name: /Aisha Rahman/ }).waitFor();
  await settled(page);
  const { member } = await api<{ member: { metrics: { closed: number } } }>(
    "manager",
    '{ member(id: "aisha") { metrics { closed } } }',
  );
  assert.equal(number(await card(page, "CLOSED")), member.metrics.closed);
  const credited = await page
    .locator(".feedback-item")
    .getByText(/^credited to/)
    .allInnerTexts();
  assert.ok(credited.length > 0);
  assert.deepEqual([...new Set(credited)], ["credited to Aisha Rahman"]);
  await page.locator("[data-measure=CLOSED] .card-value a").click();
  assert.equal(number(await page.locator("dialog[open] [data-part=total]").innerText()), member.metrics.closed);
  await clean();
});

test("feedback is filtered by score and comment, and unassigned work stands apart", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  await page.getByRole("button", { name: "1–2" }).click();
  await page.getByRole("checkbox", { name: "With comment" }).check();
  await page.waitForURL(/score=1-2.*commented=1/);
  const { feedback, team } = await api<{
    feedback: { totalCount: number };
    team: { unassigned: { conversations: number } };
  }>(
    "manager",
    "{ feedback(minScore: 1, maxScore: 2, hasComment: true) { totalCount } team { unassigned { conversations } } }",
  );
  await page.getByText(`${feedback.totalCount} ratings, newest first`).waitFor();
  for (const stars of await page.locator(".feedback-item .stars").all()) {
    assert.match((await stars.getAttribute("aria-label")) ?? "", /^[12] of 5$/);
  }
  const unassigned = await page.locator("[data-part=unassigned] dd").first().innerText();
  assert.equal(number(unassigned.split("\n")[0] ?? ""), team.unassigned.conversations);
  await clean();
});
