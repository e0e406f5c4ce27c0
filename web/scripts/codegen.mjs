// Types and documents from `api/schema.graphql` and `src/queries/*.graphql`: a query that the schema does not answer fails here.
// The documents also go into `operations.json`, as they are sent, by their hash: the server knows them before they are asked.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as documents from "@graphql-codegen/typed-document-node";
import * as operationTypes from "@graphql-codegen/typescript-operations";
import { createRequest, stringifyDocument } from "@urql/core";
import { buildSchema, NoUnusedFragmentsRule, parse, Source, specifiedRules, validate } from "graphql";

const root = new URL("..", import.meta.url);
const sdl = readFileSync(process.env.CASELOAD_SCHEMA ?? new URL("../api/schema.graphql", root), "utf8");
const queries = new URL("src/queries/", root);

const schema = buildSchema(sdl);
const files = readdirSync(queries)
  .filter((name) => name.endsWith(".graphql"))
  .sort()
  .map((name) => ({ location: name, document: parse(new Source(readFileSync(new URL(name, queries), "utf8"), name)) }));

const whole = { kind: "Document", definitions: files.flatMap((file) => file.document.definitions) };
const errors = validate(
  schema,
  whole,
  specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule),
);
if (errors.length > 0) {
  for (const error of errors) console.error(`${error.source?.name ?? ""} ${error.message}`);
  console.error("the dashboard's queries (web/src/queries) and api/schema.graphql do not agree");
  process.exit(1);
}

const scalars = { Date: "string", DateTime: "string", ID: "string" };
const output = await codegen({
  filename: "graphql.ts",
  schema: parse(sdl),
  documents: files,
  config: {
    scalars,
    strictScalars: true,
    enumsAsTypes: true,
    useTypeImports: true,
    skipTypename: true,
    documentMode: "string",
  },
  plugins: [{ operations: {} }, { documents: {} }],
  pluginMap: { operations: operationTypes, documents },
});
mkdirSync(new URL("generated/", root), { recursive: true });
writeFileSync(new URL("generated/graphql.ts", root), `// Made by scripts/codegen.mjs.\n${output}`);

// What the client makes of a document before it sends it, comes from the client itself.
const sent = [...output.matchAll(/new TypedDocumentString\(`([^`]*)`\)/g)].map(([, text]) =>
  stringifyDocument(createRequest(text, {}).query),
);
const asked = whole.definitions.filter(({ kind }) => kind === "OperationDefinition");
if (sent.length !== asked.length) throw new Error(`${asked.length} operations, but ${sent.length} documents`);
const known = Object.fromEntries(sent.map((text) => [createHash("sha256").update(text).digest("hex"), text]));
writeFileSync(new URL("generated/operations.json", root), `${JSON.stringify(known, null, 2)}\n`);
