// One server and one browser for all tests.
import { after, before } from "node:test";
import { Browser } from "./browser.ts";
import { type Server, startServer } from "./server.ts";

export const world = {} as { server: Server; browser: Browser };

before(async () => {
  world.server = await startServer();
  world.browser = new Browser(world.server);
});

after(async () => {
  await world.browser?.close();
  await world.server?.stop();
});

/// Asks the API as that role, past the browser.
export async function api<Data>(role: keyof Server["tokens"], query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${world.server.base}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${world.server.tokens[role]}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as { data?: Data; errors?: unknown };
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}
