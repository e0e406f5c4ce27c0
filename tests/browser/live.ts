import assert from "node:assert/strict";
import { test } from "node:test";
import { card, number, settled, shifts } from "./browser.ts";
import { world } from "./world.ts";

test("figures change when new ones can be read, without loading the page again and without a jump", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  await page.waitForTimeout(500);
  const before = number(await card(page, "CLOSED"));
  await page.evaluate(() => {
    scrollTo(0, 400);
    (window as unknown as { same: boolean }).same = true;
  });
  const moved = await shifts(page);
  await importOne();
  await page.waitForFunction(
    (old) =>
      Number(
        document.querySelector("[data-measure=CLOSED] .card-value a")?.firstChild?.textContent?.replaceAll(/\D/g, ""),
      ) ===
      old + 1,
    before,
    { timeout: 60_000 },
  );
  assert.equal(await page.evaluate(() => (window as unknown as { same: boolean }).same), true);
  assert.equal(await page.evaluate(() => scrollY), 400);
  assert.equal(await shifts(page), moved);
  await clean();
});

/// A conversation that was opened and closed a minute ago.
async function importOne(): Promise<void> {
  const at = new Date(Date.now() - 60_000).toISOString();
  const lines = [
    { type: "customer", id: "browser-customer", name: "Browser Customer" },
    {
      type: "conversation",
      id: `browser-${Date.now()}`,
      customer_id: "browser-customer",
      channel: "chat",
      created_at: at,
      closed_at: at,
      assignee_id: "aisha",
      outcome: "won",
    },
  ];
  const response = await fetch(`${world.server.base}/v1/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.server.tokens.owner}`, "content-type": "application/x-ndjson" },
    body: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  });
  assert.equal(response.status, 200, await response.text());
}
