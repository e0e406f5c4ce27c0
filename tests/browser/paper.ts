// What leaves the page: paper and files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readSheet } from "read-excel-file/node";
import { save, settled } from "./browser.ts";
import { api, world } from "./world.ts";

for (const path of [
  "/performance?channel=email&period=LAST_90_DAYS",
  "/inbox?channel=email",
  "/labels?channel=email",
  "/members?channel=email",
]) {
  test(`${path.split("?")[0]} is printed light, without controls, whole, and says of what it is`, async () => {
    const { page, clean } = await world.browser.visit("manager", path, { theme: "dark" });
    await settled(page);
    const asTable = page.getByRole("button", { name: /as a table$/ }).first();
    if (await asTable.count()) await asTable.click();
    // As the browser does it: the event first, then the styles.
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.setViewportSize({ width: 703, height: 1_000 });
    await page.emulateMedia({ media: "print" });
    const head = await page.locator(".print-head").innerText();
    assert.match(head, /^Demo Helpdesk · Last \d+ days · Channels: email · as of /);
    const seen = await page.evaluate(() => ({
      controls: [...document.querySelectorAll("button:not(.sort), select, input, nav, .filter-bar")]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1)
        .map((one) => one.className),
      color: getComputedStyle(document.body).color,
      // What is wider than its place, or lower than its content.
      cut: [...document.querySelectorAll(".table-scroll, .chart-area, .canvas")]
        .filter((one) => one.checkVisibility())
        .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
        .map((one) => one.className),
      beyond: [...document.querySelectorAll("canvas, table, .card")]
        .filter((one) => one.checkVisibility())
        .filter((one) => one.getBoundingClientRect().right > innerWidth)
        .map((one) => one.tagName),
      wide: document.documentElement.scrollWidth > innerWidth,
    }));
    const unprinted = await page
      .locator("main th[scope=col]")
      .evaluateAll((heads) => heads.filter((one) => !one.checkVisibility()).map((one) => one.textContent));
    // All columns but the boxes that choose two rows.
    assert.deepEqual(unprinted, /^.(labels|members)/.test(path) ? ["Compare"] : []);
    assert.deepEqual(seen, { controls: [], color: "rgb(24, 32, 38)", cut: [], beyond: [], wide: false });
    await page.emulateMedia({ media: "screen" });
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    assert.ok((await page.pdf({ format: "A4" })).length > 20_000);
    await clean();
  });
}

test("a table is saved as XLSX, its numbers as numbers", async () => {
  const { page, clean } = await world.browser.visit("manager", "/inbox");
  await settled(page);
  const { name, bytes } = await save(page, "Download Agents as XLSX");
  assert.match(name, /^caseload-agents-.*\.xlsx$/);
  const [head, ...rows] = await readSheet(bytes);
  assert.deepEqual(head?.slice(0, 5), [
    "Agent",
    "New conversations",
    "Messages",
    "Average rating (1 to 5)",
    "Average rating, values",
  ]);
  const { team } = await api<{
    team: { members: { member: { name: string }; metrics: { conversations: number; ratings: { average: number } } }[] };
  }>("manager", "{ team { members { member { name } metrics { conversations ratings { average } } } } }");
  assert.deepEqual(
    rows.map((row) => [row[0], row[1], row[3]]),
    team.members.map(({ member, metrics }) => [member.name, metrics.conversations, metrics.ratings.average]),
  );
  await clean();
});

test("a chart's days are days in XLSX, and ISO days in CSV", async () => {
  const { page, clean } = await world.browser.visitAnew("manager", "/performance", "de-DE");
  await settled(page);
  const { bytes } = await save(page, "Erste Antwort, Median als XLSX herunterladen");
  const [head, first] = await readSheet(bytes);
  assert.deepEqual(head, ["Tag", "Median (Sekunden)", "Median, Werte"]);
  assert.ok(first?.[0] instanceof Date);
  const csv = (await save(page, "Erste Antwort, Median als CSV herunterladen")).bytes.toString("utf8");
  const [csvHead, csvFirst] = csv.replace("\ufeff", "").split("\r\n");
  assert.equal(csvHead, 'Tag,Median (Sekunden),"Median, Werte"');
  assert.equal(csvFirst?.slice(0, 10), first[0].toISOString().slice(0, 10));
  await clean();
});

test("a list's file has one value in a cell", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_7_DAYS&list=CLOSED");
  await page.locator("dialog tbody tr").first().waitFor();
  const { bytes } = await save(page, "Download these conversations as CSV");
  const [head, ...rows] = bytes.toString("utf8").replace("\ufeff", "").trim().split("\r\n");
  assert.match(head ?? "", /^id,created_at,closed_at,channel,.*first_response_seconds,closing_seconds,label_1/);
  const { conversations } = await api<{ conversations: { totalCount: number } }>(
    "manager",
    "{ conversations(measure: CLOSED, period: {preset: LAST_7_DAYS}, first: 0) { totalCount } }",
  );
  assert.equal(rows.length, conversations.totalCount);
  assert.ok(rows.every((row) => !row.includes(";")));
  await clean();
});

test("the first view is at most 60 KB, with all that its page names", async () => {
  const { base } = world.server;
  const page = await (await fetch(base)).text();
  const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file ?? "");
  let total = page.length;
  for (const file of files) {
    const response = await fetch(base + file, { headers: { "accept-encoding": "br" } });
    total += Number(response.headers.get("content-length"));
  }
  assert.ok(30_000 < total && total <= 60_000, `${total} bytes`);
});
