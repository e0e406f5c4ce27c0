import assert from "node:assert/strict";
import { test } from "node:test";
import { card, number, observed, settled } from "./browser.ts";
import { importOne, world } from "./world.ts";

test("figures change when new ones can be read, without loading the page again and without a jump", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const before = number(await card(page, "CLOSED"));
  await page.evaluate(() => {
    scrollTo(0, 400);
    (window as unknown as { same: boolean }).same = true;
  });
  const { shifts } = await observed(page);
  await importOne();
  await page.waitForFunction(
    (old) =>
      Number(document.querySelector("[data-measure=CLOSED] .card-value a")?.textContent?.replaceAll(/\D/g, "")) ===
      old + 1,
    before,
    { timeout: 60_000 },
  );
  assert.equal(await page.evaluate(() => (window as unknown as { same: boolean }).same), true);
  assert.equal(await page.evaluate(() => scrollY), 400);
  assert.equal((await observed(page)).shifts, shifts);
  await clean();
});

test("a server that is away takes nothing away, and answers again when it is back", async () => {
  const { page } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const before = await card(page, "CLOSED");
  await page.route("**/graphql", (route) => route.abort());
  await importOne();
  await page.getByText(/^Offline since .* What is shown was read before\.$/).waitFor();
  assert.equal(await card(page, "CLOSED"), before);
  await page.getByRole("button", { name: "7 days", exact: true }).click();
  await page.locator(".state-error", { hasText: "Caseload can't be reached" }).first().waitFor();
  assert.equal(await page.locator("[data-measure]").count(), 0);
  await page.unroute("**/graphql");
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.locator("[data-measure=CLOSED]").waitFor();
});
