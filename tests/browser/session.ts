import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { settled } from "./browser.ts";
import { world } from "./world.ts";

test("a token in the fragment leaves the address at once, and stays in the tab", async () => {
  const { page, clean } = await world.browser.visit("manager", "/inbox?period=LAST_7_DAYS");
  await settled(page);
  assert.equal(page.url(), `${world.server.base}/inbox?period=LAST_7_DAYS`);
  await page.reload();
  await settled(page);
  assert.equal(await page.evaluate(() => localStorage.getItem("caseload.token")), null);
  const { page: other } = await world.browser.visit(undefined, "/inbox");
  await other.getByLabel("Token").waitFor();
  await clean();
});

test("a pasted token signs in, and signing out forgets it", async () => {
  const { page, clean } = await world.browser.visit(undefined, "/performance");
  await page.getByLabel("Token").fill(`Bearer ${world.server.tokens.manager}`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await settled(page);
  await page.getByRole("button", { name: "Ingrid Solberg" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await clean();
});

test("a token that ends asks for another, and goes on where it was", async () => {
  const brief = world.server.sign("ingrid", 4);
  const { page } = await world.browser.visitAt(`${world.server.base}/performance?period=LAST_7_DAYS#token=${brief}`);
  await settled(page);
  await page.getByText("Your session has ended").waitFor({ timeout: 15_000 });
  await page.getByLabel("Token").fill(world.server.tokens.manager);
  await page.getByRole("button", { name: "Sign in" }).click();
  await settled(page);
  assert.equal(new URL(page.url()).search, "?period=LAST_7_DAYS");
});

test("a token that the server refuses is forgotten", async () => {
  const { page } = await world.browser.visitAt(`${world.server.base}/performance#token=not-a-token`);
  await page.getByText("Your session has ended").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("reports are shown in a frame of an origin that is allowed, and of no other", async () => {
  const { base, tokens } = world.server;
  for (const path of ["/performance", "/rollups", "/graphiql"]) {
    const policy = (await fetch(base + path)).headers.get("content-security-policy") ?? "";
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/, path);
  }
  const embed = await fetch(`${base}/embed/performance`);
  assert.match(embed.headers.get("content-security-policy") ?? "", /frame-ancestors http:\/\/127\.0\.0\.1:9$/);

  const stranger = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>host</title><iframe src="${base}/embed/inbox#token=${tokens.agent}"></iframe>`);
  });
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  const { port } = stranger.address() as { port: number };
  const { page } = await world.browser.visitAt(`http://127.0.0.1:${port}/`);
  await page.waitForFunction(() => document.querySelector("iframe")?.contentDocument === null);
  assert.match(page.frames()[1]?.url() ?? "", /^chrome-error:/);
  stranger.close();
});

test("an embedded report has no head, takes a new token from the fragment, and says when it has none", async () => {
  const brief = world.server.sign("aisha", 4);
  const { page } = await world.browser.visitAt(`${world.server.base}/embed/performance?theme=dark#token=${brief}`);
  await settled(page);
  assert.equal(await page.getByRole("navigation").count(), 0);
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.getByText("Your session has ended").waitFor({ timeout: 15_000 });
  await page.evaluate((token) => {
    location.hash = `token=${token}`;
  }, world.server.tokens.agent);
  await settled(page);
  assert.equal(new URL(page.url()).hash, "");
});
