import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { save, settled } from "./browser.ts";
import { api, world } from "./world.ts";

test("a rebuild is confirmed, followed while it runs, and seen in the audit", async () => {
  const { page, clean } = await world.browser.visit("admin", "/rollups");
  const frames = socketFrames(page);
  await page.reload();
  await page.locator(".run").first().waitFor();
  const before = await page.locator(".run").first().getAttribute("data-run");
  await rebuildEverything(page);
  await page.waitForFunction((old) => document.querySelector(".run")?.getAttribute("data-run") !== old, before);
  const run = page.locator(".run").first();
  const id = await run.getAttribute("data-run");
  await page.locator(`.run[data-run="${id}"][data-state=SUCCEEDED]`).waitFor({ timeout: 120_000 });
  assert.match(await run.innerText(), /Rebuild of everything[\s\S]*asked for by Tomás Herrera/);
  const days = frames
    .map((frame) => JSON.parse(frame) as { payload?: { data?: { rollupRun?: { id: string; daysDone: number } } } })
    .map(({ payload }) => payload?.data?.rollupRun)
    .filter((one) => one?.id === id)
    .map((one) => one?.daysDone ?? 0);
  assert.ok(days.length > 0, "progress came over the subscription");
  assert.deepEqual(
    days,
    [...days].sort((a, b) => a - b),
  );
  await page.getByRole("region", { name: "Audit" }).getByText("asked to rebuild everything").first().waitFor();
  const audit = await save(page, "Download the audit as CSV");
  assert.match(audit.bytes.toString("utf8"), /rebuild_requested,Tomás Herrera,asked to rebuild everything\r\n/);
  const runs = await save(page, "Download runs as CSV");
  assert.match(runs.bytes.toString("utf8"), new RegExp(`${id},rebuild,succeeded,,,Tomás Herrera,\\d+,\\d+,\\d+,`));
  await clean();
});

test("a run that is cancelled ends without effect", async () => {
  const { page, clean } = await world.browser.visit("admin", "/rollups");
  await page.locator(".run").first().waitFor();
  const generation = await page.locator("[data-generation]").getAttribute("data-generation");
  // A run may be quicker than the hand that cancels it; then another one is begun.
  let state: string | null = null;
  for (let attempt = 0; state !== "CANCELLED" && attempt < 10; attempt += 1) {
    const before = await page.locator(".run").first().getAttribute("data-run");
    await rebuildEverything(page);
    const run = page.locator(".run").first();
    await page.waitForFunction((old) => document.querySelector(".run")?.getAttribute("data-run") !== old, before);
    await run
      .getByRole("button", { name: "Cancel" })
      .click({ timeout: 3_000 })
      .catch(() => undefined);
    await run.and(page.locator(".run:not([data-state=QUEUED], [data-state=RUNNING])")).waitFor({ timeout: 120_000 });
    state = await run.getAttribute("data-state");
  }
  assert.equal(state, "CANCELLED");
  assert.equal(await page.locator("[data-generation]").getAttribute("data-generation"), generation);
  await clean();
});

test("another zone is asked for, and holds for all days at once when they have been made anew", async () => {
  const { page, clean } = await world.browser.visit("admin", "/rollups");
  const zone = page.getByRole("region", { name: "Time zone" });
  for (const [from, to] of [
    ["Europe/Berlin", "Asia/Tokyo"],
    ["Asia/Tokyo", "Europe/Berlin"],
  ] as const) {
    await zone.getByText(`Days begin at midnight in ${from}`).waitFor();
    await zone.getByLabel("Zone").selectOption(to);
    await zone.getByRole("button", { name: "Change…" }).click();
    await page.locator("dialog").getByRole("button", { name: "Change" }).click();
    await zone.getByText(`Days begin at midnight in ${to}`).waitFor({ timeout: 120_000 });
    await page.locator(".freshness", { hasText: to }).waitFor();
  }
  await page.getByText("asked for the time zone Asia/Tokyo, before Europe/Berlin").waitFor();
  await clean();
});

test("a machine's token is shown once, reads what it may, and is refused once revoked", async () => {
  const { page, clean } = await world.browser.visit("owner", "/rollups");
  await page.getByRole("button", { name: "New token…" }).click();
  await page.getByLabel("What it is for").fill("Weekly slides");
  await page.getByRole("button", { name: "Create" }).click();
  const secret = await page.locator("[data-part=secret]").innerText();
  await page.getByRole("button", { name: "Done" }).click();
  assert.ok(!(await page.locator("body").innerText()).includes(secret));

  const address = `${world.server.base}/performance#token=${secret}`;
  const { page: reader, clean: readerClean } = await world.browser.visitAt(address);
  await settled(reader);
  assert.equal(await reader.locator("[data-measure]").count(), 12);
  await reader.locator(".feedback").getByText("Feedback can't be shown").waitFor();
  await readerClean();

  await page.getByRole("button", { name: "Revoke Weekly slides" }).click();
  await page.locator("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.locator('.tokens li[data-revoked="true"]', { hasText: "Weekly slides" }).waitFor();
  const { page: refused } = await world.browser.visitAt(address);
  await refused.getByText("Your session has ended").waitFor();
  await clean();
});

test("a role is chosen, saved and undone, and holds from the next page on", async () => {
  const { page, clean } = await world.browser.visit("admin", "/rollups");
  const role = page.getByLabel("Role of Lucas Moreau");
  await role.selectOption("MANAGER");
  await page.getByText("now Viewer").waitFor();
  assert.equal(await roleOf("lucas"), "VIEWER");
  await page.getByRole("button", { name: "Discard" }).click();
  assert.equal(await role.inputValue(), "VIEWER");
  await role.selectOption("MANAGER");
  await page.getByRole("button", { name: "Save 1 role" }).click();
  await page.getByText("Saved 1 role.").waitFor();
  assert.equal(await roleOf("lucas"), "MANAGER");
  const { page: his } = await world.browser.visit("viewer", "/performance");
  await his.getByRole("heading", { level: 1, name: "Team performance" }).waitFor({ timeout: 20_000 });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Saved 1 role.").waitFor({ state: "detached" });
  assert.equal(await roleOf("lucas"), "VIEWER");
  await clean();
});

test("an arrow key changes no role, and members stand in their natural order", async () => {
  const { page, clean } = await world.browser.visit("admin", "/rollups");
  const role = page.getByLabel("Role of Lucas Moreau");
  await role.focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await page.waitForTimeout(500);
  assert.equal(await roleOf("lucas"), "VIEWER");
  const names = await page
    .locator(".members .person > span:last-child")
    .evaluateAll((all) => all.map((one) => one.firstChild?.textContent ?? ""));
  const natural = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  assert.deepEqual(names, [...names].sort(natural.compare));
  // Twelve members need no search.
  assert.equal(await page.getByLabel("Search members").count(), 0);
  await clean();
});

test("members are searched where they are more than 20", async () => {
  const prepare = (page: Page) =>
    page.route("**/graphql", async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { data?: { workspace?: { members?: object[]; apiTokens?: object } } };
      const { workspace } = answer.data ?? {};
      if (!workspace?.apiTokens) return route.fulfill({ response });
      const agent = (at: number) => ({ id: `agent-${at}`, name: `Agent ${at}`, role: "AGENT", active: true });
      workspace.members = Array.from({ length: 21 }, (_, at) => agent(21 - at));
      return route.fulfill({ response, json: answer });
    });
  const { page, clean } = await world.browser.visit("admin", "/rollups", { prepare });
  await page.getByLabel("Search members").waitFor();
  const names = page.locator(".members .person > span:last-child");
  assert.deepEqual((await names.allInnerTexts()).slice(0, 3), ["Agent 1", "Agent 2", "Agent 3"]);
  await page.getByLabel("Search members").fill("agent 21");
  assert.deepEqual(await names.allInnerTexts(), ["Agent 21"]);
  await clean();
});

/** The role that a member has now, past the browser. */
async function roleOf(id: string): Promise<string | undefined> {
  const { workspace } = await api<{ workspace: { members: { id: string; role: string }[] } }>(
    "admin",
    "{ workspace { members { id role } } }",
  );
  return workspace.members.find((member) => member.id === id)?.role;
}

/** What the server says over the page's socket. */
function socketFrames(page: Page): string[] {
  const frames: string[] = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload))));
  return frames;
}

async function rebuildEverything(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Rebuild…" }).click();
  await page.getByRole("radio", { name: "Everything" }).check();
  await page.locator("dialog").getByRole("button", { name: "Rebuild" }).click();
  await page.locator("dialog").waitFor({ state: "detached" });
}
