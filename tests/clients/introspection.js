// The tools that ask for the schema, with every setting of the server at its default but introspection itself.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { generate } from "@graphql-codegen/cli";
import { load } from "@gql.tada/internal";
import apollo from "@apollo/client/core/core.cjs";
import { Client, cacheExchange, fetchExchange } from "@urql/core";
import { minifyIntrospectionQuery } from "@urql/introspection";
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from "graphql";
import { fetchAsOwner, owner, url } from "./server.js";

const { ApolloClient, InMemoryCache, HttpLink, gql } = apollo;
const served = buildSchema(readFileSync(new URL("../../api/schema.graphql", import.meta.url), "utf8"));

/** A schema as text, without what only some tools ask for. */
function printed(schema) {
  return printSchema(lexicographicSortSchema(schema)).replaceAll(" @oneOf", "");
}

/** The text of a schema says nothing of the schema as a whole, and its description does. */
function check(tool, { __schema }) {
  const told = buildClientSchema({ __schema: { ...__schema, description: null } });
  assert.equal(printed(told), printed(served), tool);
}

const names = ["descriptions", "specifiedByUrl", "directiveIsRepeatable", "schemaDescription", "inputValueDeprecation",
  "experimentalDirectiveDeprecation", "oneOf"];

async function ask(query) {
  const headers = { "content-type": "application/json" };
  return (await fetchAsOwner(url, { method: "POST", headers, body: JSON.stringify({ query }) })).json();
}

// The reference implementation, with each option alone, with none, and with all.
const all = getIntrospectionQuery(Object.fromEntries(names.map((name) => [name, true])));
for (const chosen of [[], ...names.map((name) => [name]), names]) {
  const options = Object.fromEntries(names.map((name) => [name, chosen.includes(name)]));
  const { data, errors } = await ask(getIntrospectionQuery(options));
  assert.equal(errors, undefined, `${chosen}`);
  buildClientSchema(data);
}
const { data: told } = await ask(all);
check("graphql-js", told);
assert.ok(buildClientSchema(told).getType("PeriodInput").isOneOf);
assert.ok(told.__schema.directives.every(({ isDeprecated, deprecationReason }) => isDeprecated === false && deprecationReason === null));

// GraphQL Code Generator: its loader asks, its plugin writes down what it was told.
const [{ content }] = await generate(
  {
    schema: { [url]: { headers: { authorization: owner } } },
    generates: { "schema.json": { plugins: ["introspection"], config: { descriptions: true, minify: false } } },
    silent: true,
  },
  false,
);
check("GraphQL Code Generator", JSON.parse(content));

// Apollo's client, whose cache adds __typename to every selection set of a query.
const client = new ApolloClient({ link: new HttpLink({ uri: url, fetch: fetchAsOwner }), cache: new InMemoryCache() });
const { data: toApollo } = await client.query({ query: gql(all), fetchPolicy: "no-cache" });
client.stop();
check("Apollo Client", toApollo);

// urql: its client, which adds __typename too, what its cache is given of the schema, and the generator of gql.tada.
const urql = new Client({ url, fetch: fetchAsOwner, exchanges: [cacheExchange, fetchExchange], preferGetMethod: false });
const { data: toUrql, error } = await urql.query(all, {}).toPromise();
assert.equal(error, undefined);
check("urql", toUrql);
assert.equal(minifyIntrospectionQuery(toUrql).__schema.queryType.name, "Query");
const { introspection: toTada } = await load({ origin: { url, headers: { authorization: owner } } }).load();
assert.ok(toTada.__schema.types.some(({ name }) => name === "TeamReport"));

// Whoever goes round in circles is refused.
const circle = (times) => `fields { type { ${times === 0 ? "name" : circle(times - 1)} } }`;
for (const [times, expected] of [[0, undefined], [1, undefined], [2, "QUERY_TOO_COMPLEX"], [6, "QUERY_TOO_COMPLEX"]]) {
  const { errors } = await ask(`{ __schema { types { ${circle(times)} } } }`);
  assert.equal(errors?.[0].extensions.code, expected, `${times}`);
}

// As deep as documents nest, the executor has no objection of its own.
const deep = (levels) => `{ __schema { types { ${"ofType { ".repeat(levels)} name ${"} ".repeat(levels)} } } }`;
assert.equal((await ask(deep(29))).errors, undefined);
assert.equal((await ask(deep(30))).errors[0].extensions.code, "QUERY_TOO_COMPLEX");
