// The package graphql-ws.

import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { agent, owner, socketUrl } from "./server.js";

function client(authorization, more = {}) {
  return createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: authorization },
    retryAttempts: 0,
    ...more,
  });
}

async function one(client, query, variables) {
  for await (const answer of client.iterate({ query, variables })) {
    return answer;
  }
}

const mine = client(owner);
assert.deepEqual(await one(mine, "{ viewer { role } }"), { data: { viewer: { role: "OWNER" } } });

const member = "query ($id: ID!) { member(id: $id) { member { name } } }";
const [first, second] = await Promise.all([one(mine, member, { id: "agent" }), one(mine, member, { id: "viewer" })]);
assert.equal(first.data.member.member.name, "Name of agent");
assert.equal(second.data.member.member.name, "Name of viewer");

// What is no good is the operation's error, and the connection stays.
await assert.rejects(one(mine, "{ nothing }"), (errors) => errors[0].extensions.code === "BAD_USER_INPUT");
assert.equal((await one(mine, "{ viewer { role } }")).data.viewer.role, "OWNER");
await mine.dispose();

const theirs = client(agent);
const refused = await one(theirs, "{ team { metrics { closed } } }");
assert.equal(refused.errors[0].extensions.code, "FORBIDDEN");
await theirs.dispose();

const stranger = client("Bearer nonsense");
await assert.rejects(one(stranger, "{ viewer { role } }"), (close) => close.code === 4403);

// Answers to the client's pings keep it.
const lively = await new Promise((resolve) => {
  let pongs = 0;
  const late = setTimeout(() => assert.fail(`${pongs} pongs`), 30_000);
  const pong = (received) => {
    pongs += received ? 1 : 0;
    if (pongs < 3) return;
    clearTimeout(late);
    resolve(kept);
  };
  const kept = client(owner, { keepAlive: 20, lazy: false, on: { pong } });
});
await lively.dispose();

/** The code that the connection is closed with, as the client hears it. */
async function closing(more, query) {
  const one = client(owner, more);
  const codes = await Promise.allSettled([0, 1].map(() => new Promise((resolve, reject) => {
    one.subscribe({ query }, { next: resolve, error: reject, complete: resolve });
  })));
  await one.dispose();
  return codes.map(({ reason }) => reason?.code);
}

const lasting = "subscription { rollupStatus { generation } }";
assert.deepEqual(await closing({ generateID: () => "same" }, lasting), [4409, 4409]);
const wrong = (key, value) => (key === "type" && value === "subscribe" ? "start" : value);
assert.deepEqual(await closing({ jsonMessageReplacer: wrong }, lasting), [4400, 4400]);
assert.deepEqual(await closing({ connectionParams: () => new Promise(() => {}) }, lasting), [4408, 4408]);
assert.deepEqual(await closing({ connectionParams: {} }, lasting), [4403, 4403]);
