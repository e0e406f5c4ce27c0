// The last of the tests: its names stay in the workspace.
import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "./browser.ts";
import { importFacts, world } from "./world.ts";

const LONG = "Wolfeschlegelsteinhausenbergerdorff".repeat(3).slice(0, 80);

test("a name of 80 characters breaks nothing at 390 px", async () => {
  const at = new Date(Date.now() - 60_000).toISOString();
  await importFacts([
    { type: "member", id: "long-member", name: LONG, role: "agent" },
    { type: "label", id: "long-label", title: LONG, color: "#123456" },
    { type: "customer", id: "long-customer", name: LONG },
    { type: "team", id: "long-team", name: LONG, member_ids: ["long-member"] },
    ...Array.from({ length: 400 }, (_, index) => ({
      type: "conversation",
      id: `long-${index}`,
      customer_id: "long-customer",
      channel: LONG,
      created_at: at,
      closed_at: at,
      assignee_id: "long-member",
      label_ids: ["long-label"],
      outcome: "won",
      attributes: { plan: LONG },
    })),
    { type: "rating", id: "long-rating", conversation_id: "long-1", score: 5, comment: LONG, rated_at: at },
  ]);
  const wide: string[] = [];
  for (const path of [
    "/performance?by=WON",
    "/performance?member=long-member",
    "/performance?list=WON&list-member=long-member",
    `/performance?members=long-member&label=long-label&team=long-team&attr=plan:${LONG}`,
    "/inbox",
    "/labels?pair=long-label&pair=delivery",
    "/teams",
    "/members",
    "/channels",
    "/attributes?key=plan",
    "/rollups",
  ]) {
    const role = path === "/rollups" ? "admin" : "manager";
    const { page, clean } = await world.browser.visit(role, path, { width: 390, height: 844 });
    if (path.startsWith("/performance?by")) await page.getByText(LONG).first().waitFor({ timeout: 60_000 });
    await settled(page);
    if (path.includes("list=")) await page.locator("dialog tbody tr").first().waitFor();
    const over = await page.evaluate(() => {
      const dialog = document.querySelector("dialog[open]");
      const page = document.documentElement;
      const out = [
        ...document.querySelectorAll("h1, h2, .person, .tag, .button, .select, .card, .feedback-item, .legend"),
      ]
        .filter((one) => one.checkVisibility() && !one.closest(".table-scroll") && !one.closest("nav"))
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => one.className);
      return [
        page.scrollWidth - page.clientWidth,
        (dialog?.scrollWidth ?? 0) - (dialog?.clientWidth ?? 0),
        out.join(" "),
      ];
    });
    if (over.some((one) => (typeof one === "string" ? one !== "" : one > 0))) wide.push(`${path}: ${over.join(", ")}`);
    await clean();
    await page.close();
  }
  assert.deepEqual(wide, []);
});
