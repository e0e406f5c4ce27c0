import { test } from "node:test";
import { world } from "./world.ts";

test("GraphiQL asks with the tab's token, and knows the schema", async () => {
  const { page, clean } = await world.browser.visit("manager", "/performance");
  await page.getByRole("link", { name: "GraphiQL" }).click();
  // Its two editors come one after the other, and it takes no click before both are there.
  await page.locator(".graphiql-query-editor .CodeMirror-code", { hasText: "leaderboard" }).waitFor();
  await page.locator(".graphiql-response .CodeMirror").waitFor();
  await page.getByRole("button", { name: /Execute query/ }).click();
  await page.locator(".graphiql-response", { hasText: '"leaderboard"' }).waitFor();
  await page.getByRole("button", { name: /Documentation Explorer/ }).click();
  await page.getByText("Root Types").waitFor();
  await clean();
});
