// Every audit of the package graphql-http: what the working draft of GraphQL over HTTP says one MUST, SHOULD and MAY do.

import assert from "node:assert/strict";
import { auditServer } from "graphql-http";
import { fetchAsOwner, url } from "./server.js";

const results = await auditServer({ url, fetchFn: fetchAsOwner });
const failed = results.filter((result) => result.status !== "ok");
for (const { id, name, status, reason } of failed) {
  console.log(`${status} ${id} ${name}: ${reason}`);
}
assert.ok(results.length >= 60, `only ${results.length} audits`);
assert.equal(failed.length, 0, `${failed.length} of ${results.length} audits`);
