// The same documents, judged by this server and by the reference implementation: both must take it, or both refuse it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { buildSchema, getVariableValues, GraphQLError, parse, validate } from "graphql";
import { documents } from "./documents.js";
import { fetchAsOwner, url } from "./server.js";

const schema = buildSchema(readFileSync(new URL("../../api/schema.graphql", import.meta.url), "utf8"));

// What a schema in text can't say: which strings are days and instants.
function scalar(name, isValid) {
  const read = (value) => {
    if (typeof value !== "string" || !isValid(value)) throw new GraphQLError(`no ${name}`);
    return value;
  };
  schema.getType(name).parseValue = read;
  schema.getType(name).parseLiteral = (node) => read(node.kind === "StringValue" ? node.value : undefined);
}
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toISOString().startsWith(text);
scalar("Date", (text) => !Number.isNaN(Date.parse(text)) && isDay(text));
scalar("DateTime", (text) => !Number.isNaN(Date.parse(text)));

/** What the reference has against it; nothing where it takes it. */
function judge({ query, variables = {}, operationName }) {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return error.message;
  }
  const [error] = validate(schema, document);
  if (error) return error.message;
  const operations = document.definitions.filter((definition) => definition.kind === "OperationDefinition");
  const operation = operationName ? operations.find(({ name }) => name?.value === operationName) : operations[0];
  if (!operation || (!operationName && operations.length > 1)) return "Must provide an operation.";
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return errors?.[0].message;
}

async function ask(body) {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
  const response = await fetchAsOwner(url, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  return { status: response.status, refused: !("data" in answer), said: answer.errors?.[0].message };
}

let differences = 0;
for (const document of documents) {
  const body = typeof document === "string" ? { query: document } : document;
  const reference = judge(body);
  const { status, refused, said } = await ask(body);
  const isSubscription = !reference && status === 406;
  if (refused !== Boolean(reference) && !isSubscription) {
    differences += 1;
    console.log(`${JSON.stringify(body)}\n  reference: ${reference ?? "takes it"}\n  server: ${status} ${said ?? "takes it"}`);
  }
}
assert.ok(documents.length >= 150, `only ${documents.length} documents`);
assert.equal(differences, 0, `${differences} of ${documents.length} documents`);
console.log(`${documents.length} documents`);
