// A supergraph of this server and another subgraph: composed, and asked through a gateway.

import assert from "node:assert/strict";
import { getStitchedSchemaFromSupergraphSdl } from "@graphql-tools/federation";
import { composeServices } from "@theguild/federation-composition";
import { graphql, parse, print } from "graphql";
import { agent, owner, url } from "./server.js";

/** Another subgraph: who is at work on which day. Its members are those of this server. */
const shifts = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.4", import: ["@key", "@shareable"])
  type Query { shifts: [Shift!]! }
  type Shift { day: String! member: Member }
  type Member @key(fields: "id") { id: ID! desk: String! }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;
const who = ["agent", "viewer", "unheard of", "agent"];

async function ask(authorization, query, variables = {}) {
  const body = JSON.stringify({ query, variables });
  const response = await fetch(url, { method: "POST", headers: { authorization, "content-type": "application/json" }, body });
  return response.json();
}

const { data } = await ask(owner, "{ _service { sdl } }");
const composed = composeServices([
  { name: "caseload", url, typeDefs: parse(data._service.sdl) },
  { name: "shifts", url: "http://shifts.invalid", typeDefs: parse(shifts) },
]);
assert.deepEqual(composed.errors ?? [], []);
assert.match(composed.publicSdl, /type Subscription/);
assert.doesNotMatch(composed.publicSdl, /_entities|_service|_Any/);

/** A gateway that asks this server as `authorization`, and counts how often. */
function gateway(authorization) {
  const requests = [];
  const schema = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: composed.supergraphSdl,
    onSubschemaConfig(config) {
      config.executor = async ({ document, variables }) => {
        const query = print(document);
        if (config.name.toLowerCase() === "caseload") {
          requests.push({ query, variables });
          return ask(authorization, query, variables);
        }
        const members = variables?.representations?.map(({ id }) => ({ __typename: "Member", id, desk: `desk of ${id}` }));
        const rows = who.map((id, at) => ({ __typename: "Shift", day: `2026-03-0${at + 1}`, member: { __typename: "Member", id } }));
        return { data: members ? { _entities: members } : { __typename: "Query", shifts: rows } };
      };
    },
  });
  const run = async (source) => JSON.parse(JSON.stringify(await graphql({ schema, source })));
  return { run, requests };
}

const ofOwner = gateway(owner);
const rows = await ofOwner.run("{ shifts { day member { id name role } } }");
assert.deepEqual(
  rows.data.shifts.map(({ member }) => member?.name ?? null),
  ["Name of agent", "Name of viewer", null, "Name of agent"],
  JSON.stringify(rows),
);
assert.equal(rows.data.shifts[0].member.role, "AGENT");
assert.equal(ofOwner.requests.length, 1, "all entities in one request");
assert.match(ofOwner.requests[0].query, /_entities\(representations: /);

// The other way round: what this server answers, and the other subgraph adds to it.
const report = await ofOwner.run("{ team { leaderboard { value report { member { name desk } } } } }");
const desks = report.data.team.leaderboard.map((entry) => entry.report.member.desk);
assert.ok(desks.includes("desk of agent"), JSON.stringify(report));

// An agent is answered through a gateway what an agent is answered.
const ofAgent = await gateway(agent).run("{ shifts { member { name } } }");
assert.deepEqual(
  ofAgent.data.shifts.map(({ member }) => member?.name ?? null),
  ["Name of agent", null, null, "Name of agent"],
  JSON.stringify(ofAgent),
);
assert.ok(JSON.stringify(ofAgent.errors).includes("your role may not use Query._entities"), JSON.stringify(ofAgent));
console.log("composed, and asked through a gateway");
