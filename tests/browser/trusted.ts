import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { card, number, settled } from "./browser.ts";
import { api, importOne, world } from "./world.ts";

test("every page works where only known documents are answered, and nothing else is answered there", async () => {
  const { tokens, beside } = world.server;
  const strict = await beside(["--trusted-only", "true"]);
  try {
    const { page, clean } = await world.browser.visitAt(`${strict.base}/performance#token=${tokens.admin}`);
    const frames = framesOf(page);
    await page.reload();
    await settled(page);
    const { team } = await api<{ team: { metrics: { closed: number } } }>("admin", "{ team { metrics { closed } } }");
    assert.equal(number(await card(page, "CLOSED")), team.metrics.closed);
    await page.locator("[data-measure=CLOSED] .card-value a").click();
    assert.equal(number(await page.locator("dialog[open] [data-part=total]").innerText()), team.metrics.closed);
    await page.keyboard.press("Escape");
    for (const name of ["Inbox", "Labels", "Channels", "Teams", "Members", "Admin"]) {
      await page.getByRole("link", { name, exact: true }).click();
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await settled(page);
    }
    await page.locator(".run").first().waitFor();
    await page.locator(".audit li").first().waitFor();
    const generation = await page.locator("[data-generation]").getAttribute("data-generation");
    await importOne();
    await page.locator(`[data-generation]:not([data-generation="${generation}"])`).waitFor();
    await clean();
    assert.ok(frames.some((frame) => frame.includes('"rollupStatus"')));
    assert.ok(!frames.some((frame) => frame.includes('"type":"error"')), frames.join("\n"));

    const { page: own, clean: ownClean } = await world.browser.visitAt(`${strict.base}/inbox#token=${tokens.agent}`);
    await settled(own);
    await ownClean();

    const response = await fetch(`${strict.base}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${tokens.admin}` },
      body: JSON.stringify({ query: "{ viewer { role } }" }),
    });
    assert.equal(response.status, 403);
  } finally {
    await strict.stop();
  }
});

function framesOf(page: Page): string[] {
  const frames: string[] = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload))));
  return frames;
}
