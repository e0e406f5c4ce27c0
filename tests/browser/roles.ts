import assert from "node:assert/strict";
import { test } from "node:test";
import { card, number, settled } from "./browser.ts";
import type { Role } from "./server.ts";
import { api, world } from "./world.ts";

const TITLES: Record<Role, [string, string]> = {
  owner: ["Team performance", "Inbox"],
  admin: ["Team performance", "Inbox"],
  manager: ["Team performance", "Inbox"],
  agent: ["My performance", "My inbox"],
  viewer: ["My performance", "My inbox"],
};

for (const role of Object.keys(TITLES) as Role[]) {
  test(`the ${role} gets each page that is theirs, without an error`, async () => {
    const { page, clean } = await world.browser.visit(role, "/");
    await settled(page);
    assert.equal(new URL(page.url()).pathname, "/performance");
    const [performance, inbox] = TITLES[role];
    await page.getByRole("heading", { level: 1, name: performance }).waitFor();
    await page.getByRole("link", { name: inbox, exact: true }).click();
    await page.getByRole("heading", { level: 1, name: inbox }).waitFor();
    await settled(page);
    const administers = role === "owner" || role === "admin";
    assert.equal(await page.getByRole("link", { name: "Admin", exact: true }).count(), administers ? 1 : 0);
    await page.goto(`${world.server.base}/rollups`);
    if (administers) await page.locator(".run").first().waitFor();
    else await page.getByText("This page is for admins").waitFor();
    await clean();
  });
}

for (const role of ["agent", "viewer"] as const) {
  test(`the ${role} sees nobody else, on no page and in no answer`, async () => {
    const { viewer } = await api<{ viewer: { member: { id: string } } }>(role, "{ viewer { member { id } } }");
    const { workspace } = await api<{ workspace: { members: { id: string; name: string }[] } }>(
      "manager",
      "{ workspace { members { id name } } }",
    );
    const others = workspace.members.filter(({ id }) => id !== viewer.member.id);
    assert.ok(others.length > 5);
    for (const path of [
      "/performance?period=LAST_90_DAYS",
      "/inbox?period=LAST_90_DAYS",
      "/performance?list=CONVERSATIONS&members=ben",
      "/performance?member=ben",
      "/rollups",
    ]) {
      const { page, answers, clean } = await world.browser.visit(role, path);
      if (path === "/rollups") await page.getByText("This page is for admins").waitFor();
      else await settled(page);
      if (path.includes("list=")) await page.locator("dialog[open] [data-part=total]").waitFor();
      const text = await page.locator("body").innerText();
      await clean();
      for (const { id, name } of others) {
        assert.ok(!text.includes(name), `${name} on ${path}`);
        for (const answer of answers)
          assert.ok(
            !answer.includes(`"${name}"`) && !answer.includes(`"id":"${id}"`),
            `${name} in an answer of ${path}`,
          );
      }
    }
  });
}

test("an agent's own cards are their figures, and lead to as many conversations", async () => {
  const { page, clean } = await world.browser.visit("agent", "/performance");
  await settled(page);
  const { member } = await api<{ member: { metrics: { closed: number } } }>(
    "agent",
    "{ member { metrics { closed } } }",
  );
  assert.equal(number(await card(page, "CLOSED")), member.metrics.closed);
  await page.locator("[data-measure=CLOSED] .card-value a").click();
  assert.equal(number(await page.locator("dialog[open] [data-part=total]").innerText()), member.metrics.closed);
  await clean();
});
