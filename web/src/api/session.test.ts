import assert from "node:assert/strict";
import { test } from "node:test";
import { expiryOf } from "./session.ts";

test("a member's token says when it ends, any other says nothing", () => {
  const payload = Buffer.from(JSON.stringify({ sub: "anna", exp: 1_772_442_000 })).toString("base64url");
  assert.equal(expiryOf(`e30.${payload}.sig`), 1_772_442_000_000);
  assert.equal(expiryOf("cl_4f1c"), undefined);
  assert.equal(expiryOf("a.b.c"), undefined);
});
