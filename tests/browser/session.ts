import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "./browser.ts";
import { startHost } from "./host.ts";
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
  const hour = world.server.sign("ingrid", 3_600);
  const address = `${world.server.base}/performance?period=LAST_7_DAYS#token=${hour}`;
  const { page } = await world.browser.visitWithClock(address);
  await settled(page);
  await page.clock.fastForward("59:00");
  assert.equal(await page.getByText("Your session has ended").count(), 0);
  await page.clock.fastForward("01:01");
  await page.getByText("Your session has ended").waitFor();
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

test("pages load files that are named after their content, compressed, and kept for ever", async () => {
  const { base } = world.server;
  for (const path of ["/", "/performance", "/inbox", "/rollups", "/embed/inbox", "/graphiql"]) {
    const page = await fetch(base + path);
    assert.equal(page.headers.get("cache-control"), "no-cache", path);
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? "");
    assert.ok(files.length >= 3, path);
    for (const file of files) {
      assert.match(file, /^\/assets\/[\w.-]+-[\w-]{8}\.(js|css|svg)$/);
      const { headers, status } = await fetch(base + file, { headers: { "accept-encoding": "br, gzip" } });
      assert.equal(status, 200, file);
      assert.equal(headers.get("content-encoding"), "br", file);
      assert.equal(headers.get("cache-control"), "public, max-age=31536000, immutable", file);
    }
  }
});

test("reports are shown in a frame of an origin that is allowed, and of no other", async () => {
  const { base, tokens } = world.server;
  for (const path of ["/performance", "/rollups", "/graphiql"]) {
    const policy = (await fetch(base + path)).headers.get("content-security-policy") ?? "";
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/, path);
  }
  const address = encodeURIComponent(`${base}/embed/inbox#token=${tokens.agent}`);
  const { page } = await world.browser.visitAt(`${world.host.origin}/#${address}`);
  await page.frameLocator("iframe").getByRole("heading", { level: 1, name: "My inbox" }).waitFor();

  const stranger = await startHost();
  const { page: refused } = await world.browser.visitAt(`${stranger.origin}/#${address}`);
  await refused.waitForFunction(() => document.querySelector("iframe")?.contentDocument === null);
  while (!/^chrome-error:/.test(refused.frames()[1]?.url() ?? "")) await refused.waitForEvent("framenavigated");
  await stranger.stop();
});

test("an embedded report has no head, says when its token has ended, and takes a new one from the fragment", async () => {
  const { base, sign, tokens } = world.server;
  const report = `${base}/embed/performance?theme=dark`;
  const address = encodeURIComponent(`${report}#token=${sign("aisha", 3_600)}`);
  const { page } = await world.browser.visitWithClock(`${world.host.origin}/#${address}`);
  const frame = page.frameLocator("iframe");
  await frame.getByRole("heading", { level: 1, name: "My performance" }).waitFor();
  assert.equal(await frame.getByRole("navigation").count(), 0);
  assert.equal(await frame.locator("html").getAttribute("data-theme"), "dark");
  await page.clock.fastForward("01:00:01");
  await frame.getByText("Your session has ended").waitFor();
  assert.deepEqual(await page.evaluate("said"), [{ origin: base, data: { type: "caseload:signed-out" } }]);
  await page.evaluate(
    (source) => document.querySelector("iframe")?.setAttribute("src", source),
    `${report}#token=${tokens.agent}`,
  );
  await frame.getByRole("heading", { level: 1, name: "My performance" }).waitFor();
  assert.equal(new URL(page.frames()[1]?.url() ?? "").hash, "");
});

test("a login link signs the browser in, in every tab, until somebody signs out", async () => {
  const { base, loginLink } = world.server;
  const link = loginLink("ingrid");
  const { page, clean } = await world.browser.visitAlone(link);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${base}/performance*`);
  await settled(page);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0, "no script can read what signs in");
  assert.equal(await page.evaluate(() => document.cookie), "");
  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.secure], [true, "Lax", false]);

  // Another tab, and a colleague's address, need no second sign-in. Events come by the cookie too.
  const tab = await page.context().newPage();
  await tab.goto(`${base}/inbox?period=LAST_7_DAYS`);
  await settled(tab);
  assert.equal(new URL(tab.url()).search, "?period=LAST_7_DAYS");
  await clean();

  // The link is used up.
  const { page: late } = await world.browser.visitAlone(link);
  await late.getByRole("button", { name: "Sign in" }).click();
  await late.getByText("You are not signed in").waitFor();
  assert.equal(new URL(late.url()).hash, "");

  await page.getByRole("button", { name: "Ingrid Solberg" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
  await tab.reload();
  await tab.getByLabel("Token").waitFor();
});

test("a page of another origin can do nothing with the session of this browser", async () => {
  const { base, loginLink } = world.server;
  const { page } = await world.browser.visitAlone(loginLink("ingrid"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${base}/performance*`);
  const other = await page.context().newPage();
  await other.goto(`${world.host.origin}/`);
  const found = await other.evaluate(async (api) => {
    const asked = { query: "{ viewer { role } }" };
    const sent = [
      fetch(`${api}/graphql`, {
        method: "POST",
        credentials: "include",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(asked),
      }),
      fetch(`${api}/graphql?query=${encodeURIComponent(asked.query)}`, { credentials: "include" }),
      fetch(`${api}/v1/rollups/daily.csv`, { credentials: "include" }),
    ];
    const read = await Promise.all(sent.map((one) => one.then((answer) => answer.text()).catch(() => "refused")));
    const socket = new WebSocket(`${api.replace("http", "ws")}/graphql/ws`, "graphql-transport-ws");
    const opened = await new Promise((resolve) => {
      socket.onopen = () => resolve("opened");
      socket.onerror = () => resolve("refused");
    });
    return [...read, opened];
  }, base);
  assert.deepEqual(found, ["refused", "refused", "refused", "refused"]);
});
