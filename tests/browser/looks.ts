import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import type axe from "axe-core";
import type { Page } from "playwright-core";
import { settled, shifts } from "./browser.ts";
import { world } from "./world.ts";

const FOLDER = join(import.meta.dirname, "../../target/screenshots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const PAGES = [
  ["performance", "manager", "/performance"],
  ["member", "manager", "/performance?member=aisha&period=LAST_90_DAYS"],
  ["own", "agent", "/performance"],
  ["inbox", "manager", "/inbox?period=LAST_90_DAYS"],
  ["rollups", "admin", "/rollups"],
] as const;

for (const [name, role, path] of PAGES) {
  for (const [size, dimensions] of Object.entries(SIZES)) {
    for (const theme of ["light", "dark"] as const) {
      test(`${name} is accessible and still, ${size} and ${theme}`, async (context) => {
        mkdirSync(FOLDER, { recursive: true });
        const { page, clean } = await world.browser.visit(role, path, { ...dimensions, theme });
        await page.locator("[data-measure] .card-value, .run, [data-part=status] dd").first().waitFor();
        const ready = await page.evaluate(() => Math.round(performance.now()));
        context.diagnostic(`first figures ${ready} ms after the address was entered`);
        await settled(page);
        assert.equal(await page.locator("html").getAttribute("data-theme"), theme);
        await page.screenshot({ path: join(FOLDER, `${name}-${size}-${theme}.png`), fullPage: true });
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(wide <= 0, `the page is ${wide} px wider than its window`);
        assert.ok((await shifts(page)) < 0.01, `parts moved by ${await shifts(page)}`);
        assert.deepEqual(await findings(page), []);
        await clean();
      });
    }
  }
}

test("lists, panels and the page to sign in are accessible", async () => {
  const { page } = await world.browser.visit("manager", "/performance?period=LAST_7_DAYS&list=CLOSED");
  await page.locator("dialog tbody tr").first().waitFor();
  assert.deepEqual(await findings(page), []);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Members" }).click();
  assert.deepEqual(await findings(page), []);
  const { page: entry } = await world.browser.visit(undefined, "/performance");
  await entry.getByLabel("Token").waitFor();
  assert.deepEqual(await findings(entry), []);
});

test("everything can be reached and opened by keyboard, and the focus comes back", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_7_DAYS");
  await settled(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), "Skip to the report");
  await page.getByRole("button", { name: "Members" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.waitForURL(/members=/);
  await page.keyboard.press("Escape");
  await settled(page);
  assert.match((await page.evaluate(() => document.activeElement?.textContent)) ?? "", /^Members/);
  await page.locator("[data-measure=CLOSED] .card-value a").focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.equal(
    await page.evaluate(() => document.activeElement?.closest("[data-measure]")?.getAttribute("data-measure")),
    "CLOSED",
  );
  await clean();
});

/// What axe finds that keeps people out.
async function findings(page: Page): Promise<string[]> {
  // Through the debugger: the page's policy, which stays in force, would let no such script in.
  await page.evaluate(AXE);
  const results = await page.evaluate(async () => {
    const run = (window as unknown as { axe: typeof axe }).axe.run;
    return (await run(document, { resultTypes: ["violations"] })).violations;
  });
  const serious = results.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
