import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import type axe from "axe-core";
import type { Page } from "playwright-core";
import { card, observed, settled } from "./browser.ts";
import { api, world } from "./world.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "target/screenshots");
mkdirSync(FOLDER, { recursive: true });
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const PAGES = [
  ["performance", "manager", "/performance"],
  ["member", "manager", "/performance?member=aisha&period=LAST_90_DAYS"],
  ["own", "agent", "/performance"],
  ["inbox", "manager", "/inbox?period=LAST_90_DAYS"],
  ["labels", "manager", "/labels?pair=delivery&pair=refund"],
  ["channels", "manager", "/channels"],
  ["teams", "manager", "/teams"],
  ["members", "manager", "/members"],
  ["rollups", "admin", "/rollups"],
  ["embedded", "agent", "/embed/inbox"],
] as const;

for (const [name, role, path] of PAGES) {
  for (const [size, dimensions] of Object.entries(SIZES)) {
    for (const theme of ["light", "dark"] as const) {
      test(`${name} is accessible and still, ${size} and ${theme}`, async (context) => {
        const { page, clean } = await world.browser.visit(role, path, { ...dimensions, theme });
        await settled(page);
        const { shifts, moved } = await observed(page);
        context.diagnostic(`parts moved by ${shifts.toFixed(4)}`);
        assert.ok(shifts < 0.01, `parts moved by ${shifts}: ${moved.join(", ")}`);
        assert.equal(await page.locator("html").getAttribute("data-theme"), theme);
        await page.screenshot({ path: join(FOLDER, `${name}-${size}-${theme}.png`), fullPage: true });
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(wide <= 0, `the page is ${wide} px wider than its window`);
        assert.deepEqual(await findings(page), []);
        await clean();
      });
    }
  }
}

test("the first figures of a visit are painted, whatever was visited before", async (context) => {
  const times: number[] = [];
  for (const visit of [1, 2, 3]) {
    const { page, clean } = await world.browser.visitAnew("manager", "/performance");
    await settled(page);
    times.push(Math.round((await observed(page)).firstFigures ?? Number.NaN));
    assert.ok(Number.isFinite(times.at(-1)), `visit ${visit}`);
    await clean();
    await page.close();
  }
  const { page } = await world.browser.visit("manager", "/performance");
  await settled(page);
  const again = Math.round((await observed(page)).firstFigures ?? Number.NaN);
  context.diagnostic(`first figures on the screen after ${times.join(", ")} ms with nothing cached, ${again} ms with`);
});

test("numbers, shares and days are written as the reader's locale has them", async () => {
  const { page, clean } = await world.browser.visitAnew("manager", "/performance?period=LAST_90_DAYS", "de-DE");
  await settled(page);
  const { team } = await api<{
    team: { period: { from: string; to: string }; metrics: { replies: number; winRate: number } };
  }>("manager", "{ team(period: {preset: LAST_90_DAYS}) { period { from to } metrics { replies winRate } } }");
  const { period, metrics } = team;
  assert.match(metrics.replies.toLocaleString("de-DE"), /^\d\.\d{3}$/);
  assert.equal(await card(page, "REPLIES"), metrics.replies.toLocaleString("de-DE"));
  const share = { style: "percent", maximumFractionDigits: 1 } as const;
  assert.equal(await card(page, "WIN_RATE"), metrics.winRate.toLocaleString("de-DE", share));
  const days = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
  const range = new Intl.DateTimeFormat("de-DE", days).formatRange(new Date(period.from), new Date(period.to));
  const plain = (text: string) => text.replaceAll(/\s/g, " ");
  const shown = await page.locator("[data-part=period]").innerText();
  assert.ok(plain(shown).startsWith(plain(range)), `${shown} is not ${range}`);
  await clean();
});

// `make screenshot` keeps it: what README.md shows is what the product looks like.
test("the picture of the readme can be taken", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance", { width: 1440, height: 1168 });
  await settled(page);
  const taken = await page.screenshot({ animations: "disabled" });
  await clean();
  const { page: blank } = await world.browser.visitAt(`${world.server.base}/healthz`);
  const picture = await webp(blank, taken);
  assert.ok(10_000 < picture.length && picture.length < 200_000, `${picture.length} bytes`);
  writeFileSync(join(FOLDER, "readme.webp"), picture);
  if (process.env.CASELOAD_KEEP_PICTURE) writeFileSync(join(ROOT, "docs/performance.webp"), picture);
});

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

/** What axe finds, however slight. */
async function findings(page: Page): Promise<string[]> {
  // Through the debugger: the page's policy, which stays in force, would let no such script in.
  await page.evaluate(AXE);
  const results = await page.evaluate(async () => {
    const run = (window as unknown as { axe: typeof axe }).axe.run;
    // Targets of 24 px are off by default.
    const rules = { "target-size": { enabled: true } };
    return (await run(document, { resultTypes: ["violations"], rules })).violations;
  });
  return results.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

/** The picture in a format of half the size, made by the browser itself. */
async function webp(page: Page, png: Buffer): Promise<Buffer> {
  const address = await page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.9);
  }, png.toString("base64"));
  return Buffer.from(address.slice(address.indexOf(",") + 1), "base64");
}

test("a browser that knows no time zone shows what the server's clocks say", async () => {
  const prepare = (page: Page) => page.addInitScript({ content: FORGET_ZONES });
  const { page: usual } = await world.browser.visit("admin", "/rollups");
  const { page, clean } = await world.browser.visit("admin", "/rollups", { prepare });
  const shown: string[] = [];
  for (const one of [usual, page]) {
    await settled(one);
    await one.locator(".freshness", { hasText: "Europe/Berlin" }).waitFor();
    shown.push(await one.locator(".run").first().innerText());
  }
  assert.equal(shown[1], shown[0]);
  await clean();
});

test("a page that isn't told the workspace's clocks shows times in UTC, and says so", async () => {
  const prepare = (page: Page) =>
    page.route(/\/graphql/, async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      await route.fulfill({ response, body: text.replace(/"timezoneOffsets":\[[^\]]*\]/, '"timezoneOffsets":[]') });
    });
  const { page, clean } = await world.browser.visit("manager", "/performance", { prepare });
  await settled(page);
  await page.locator(".freshness", { hasText: "times in UTC: those of Europe/Berlin are not known" }).waitFor();
  await clean();
});

/** Runs in the page: its browser has UTC, and no other zone. A text, since the compiler adds helpers of its own to functions. */
const FORGET_ZONES = `
  const Usual = Intl.DateTimeFormat;
  const check = (options) => {
    const zone = options?.timeZone ?? "UTC";
    if (zone !== "UTC") throw new RangeError("Invalid time zone specified: " + zone);
  };
  Intl.DateTimeFormat = new Proxy(Usual, {
    construct: (target, [locales, options]) => {
      check(options);
      return new target(locales, options);
    },
    apply: (target, _, [locales, options]) => {
      check(options);
      return target(locales, options);
    },
  });
  Intl.supportedValuesOf = () => [];
`;
