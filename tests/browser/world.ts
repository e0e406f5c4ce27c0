// One server, one browser and one page around embedded reports for all tests.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, type TestContext } from "node:test";
import { Browser } from "./browser.ts";
import { type Host, startHost } from "./host.ts";
import { type Server, startServer } from "./server.ts";

export const world = {} as { server: Server; browser: Browser; host: Host };

/** What is broken altogether shows in the first tests that fail; waiting for all of them to run out of time tells no more. */
const ENOUGH_FAILURES = 4;
let failures = 0;

before(async () => {
  world.host = await startHost();
  world.server = await startServer(world.host.origin);
  world.browser = new Browser(world.server);
});

after(async () => {
  await world.browser?.close();
  await world.server?.stop();
  await world.host?.stop();
});

beforeEach(() => {
  if (failures >= ENOUGH_FAILURES) throw new Error(`not run: ${failures} tests failed before`);
});

afterEach(async (context) => {
  if (!(context as TestContext & { passed: boolean }).passed) failures += 1;
  await world.browser.closePages();
});

/** Asks the API as that role, past the browser. */
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

/** A conversation that was opened and closed a minute ago. */
export async function importOne(): Promise<void> {
  const at = new Date(Date.now() - 60_000).toISOString();
  await importFacts([
    { type: "customer", id: "browser-customer", name: "Browser Customer" },
    {
      type: "conversation",
      id: `browser-${Date.now()}`,
      customer_id: "browser-customer",
      channel: "chat",
      created_at: at,
      closed_at: at,
      assignee_id: "aisha",
      outcome: "won",
    },
  ]);
}

/** Imports these records, none of which is refused. */
export async function importFacts(lines: object[]): Promise<void> {
  const response = await fetch(`${world.server.base}/v1/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.server.tokens.owner}`, "content-type": "application/x-ndjson" },
    body: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  });
  const said = await response.text();
  assert.equal(response.status, 200, said);
  assert.match(said, /"rejected":0/);
}
