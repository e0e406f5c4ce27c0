// The schema, by the rules of eslint.config.js.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ESLint } from "eslint";

const path = new URL("../../api/schema.graphql", import.meta.url);
// The directives that every schema has are not ours to describe.
const text = readFileSync(path, "utf8").replace(/^"[^\n]*"\ndirective @(include|skip|oneOf)[^\n]*\n/gm, "");
assert.ok(!text.includes("directive @include"));
const [{ messages }] = await new ESLint().lintText(text, { filePath: "schema.graphql" });
for (const { line, ruleId, message } of messages) {
  console.log(`${line} ${ruleId}: ${message}`);
}
assert.equal(messages.length, 0, `${messages.length} problems`);
