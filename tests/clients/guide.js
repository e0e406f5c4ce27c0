// Every query that the pages show, by the reference implementation and against the schema.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";

const root = new URL("../../", import.meta.url);
const schema = buildSchema(readFileSync(new URL("api/schema.graphql", root), "utf8"));
const pages = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);

let shown = 0;
for (const page of [...pages, "README.md"]) {
  const text = readFileSync(new URL(page, root), "utf8");
  for (const [, query] of text.matchAll(/```graphql\n([^]*?)```/g)) {
    shown += 1;
    const problems = validate(schema, parse(query));
    assert.deepEqual(problems.map(({ message }) => message), [], `${page}: ${query}`);
  }
}
assert.ok(shown >= 6, `only ${shown} queries`);
