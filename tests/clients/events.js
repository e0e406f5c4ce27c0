// The package graphql-sse, with one connection an operation.

import assert from "node:assert/strict";
import { createClient } from "graphql-sse";
import { agent, owner, url } from "./server.js";

function client(authorization) {
  return createClient({ url, headers: { authorization }, retryAttempts: 0 });
}

async function all(client, query) {
  const answers = [];
  for await (const answer of client.iterate({ query })) {
    answers.push(answer);
  }
  return answers;
}

assert.deepEqual(await all(client(owner), "{ viewer { role } }"), [{ data: { viewer: { role: "OWNER" } } }]);
const [refused] = await all(client(agent), "{ team { metrics { closed } } }");
assert.equal(refused.errors[0].extensions.code, "FORBIDDEN");
const [invalid] = await all(client(owner), "{ nothing }");
assert.equal(invalid.errors[0].extensions.code, "BAD_USER_INPUT");
await assert.rejects(all(client("Bearer nonsense"), "{ viewer { role } }"));
