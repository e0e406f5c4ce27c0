// The demo has no business hours: these tests set them, and take them back at the end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { card, number, settled } from "./browser.ts";
import { api, world } from "./world.ts";

const HOURS = {
  weekdays: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, stretches: [{ from: "09:00", to: "17:00" }] })),
};

/** Sets the hours, and waits until figures follow them. */
async function setHours(hours: object | null): Promise<void> {
  await api("admin", "mutation ($hours: HoursInput) { setBusinessHours(hours: $hours) { timezone } }", { hours });
  type Asked = { workspace: { hasPendingBusinessHours: boolean } };
  for (let tries = 0; tries < 480; tries += 1) {
    const { workspace } = await api<Asked>("admin", "{ workspace { hasPendingBusinessHours } }");
    if (!workspace.hasPendingBusinessHours) return;
    await new Promise((later) => setTimeout(later, 250));
  }
  throw new Error("the hours are still pending after two minutes");
}

test("durations are by business hours where the workspace has them, and the address keeps the clock", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance?period=LAST_90_DAYS");
  await settled(page);
  const clocks = page.getByRole("group", { name: "Durations by" });
  assert.equal(await clocks.count(), 0);
  try {
    await setHours(HOURS);
    await clocks.waitFor();
    await settled(page);
    const duration = page.locator("[data-measure=FIRST_RESPONSE_MEDIAN]");
    assert.equal(await duration.locator(".card-clock").innerText(), "calendar time");
    assert.equal(await page.locator("[data-measure=CLOSED] .card-clock").count(), 0);
    const before = await card(page, "FIRST_RESPONSE_MEAN");

    await clocks.getByRole("button", { name: "Business hours" }).click();
    await page.waitForURL((url) => url.search === "?period=LAST_90_DAYS&clock=business");
    await settled(page);
    assert.equal(await duration.locator(".card-clock").innerText(), "business hours");
    assert.notEqual(await card(page, "FIRST_RESPONSE_MEAN"), before);
    await page.reload();
    await settled(page);
    assert.equal(await clocks.getByRole("button", { name: "Business hours" }).getAttribute("aria-pressed"), "true");
    const head = await page.locator(".print-head").textContent();
    assert.ok(head?.includes(" · durations: business hours · "), head ?? "no head");

    type Counted = { team: { metrics: { firstResponse: { count: number; mean: number } } } };
    const { team } = await api<Counted>(
      "manager",
      "{ team(period: {preset: LAST_90_DAYS}) { metrics { firstResponse(clock: BUSINESS) { count mean } } } }",
    );
    const shown = await card(page, "FIRST_RESPONSE_MEAN");
    assert.ok(Math.abs(secondsOf(shown) - team.metrics.firstResponse.mean) <= 60, shown);
    await page.locator("[data-measure=FIRST_RESPONSE_MEAN] .card-value a").click();
    const drawer = page.locator("dialog[open]");
    assert.equal(number(await drawer.locator("[data-part=total]").innerText()), team.metrics.firstResponse.count);
    await drawer.getByRole("heading", { name: "First response, mean, business hours" }).waitFor();
    await drawer.getByRole("columnheader", { name: "First response, business hours" }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("clock"), "business");
    await clean();
  } finally {
    await setHours(null);
  }
});

/** How many seconds a duration as people write it has. */
function secondsOf(text: string): number {
  const units = { d: 86_400, h: 3_600, m: 60, s: 1 };
  const parts = [...text.matchAll(/([\d.]+)\s*([dhms])/g)];
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * units[unit as keyof typeof units], 0);
}
