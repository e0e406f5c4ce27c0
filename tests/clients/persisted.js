// Persisted queries, as the clients of Apollo and urql speak them.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import apollo from "@apollo/client/core/core.cjs";
import persistedQueries from "@apollo/client/link/persisted-queries/persisted-queries.cjs";
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { fetchAsOwner, url } from "./server.js";

const { ApolloClient, InMemoryCache, HttpLink, gql } = apollo;
const { createPersistedQueryLink } = persistedQueries;

/** Notes what is sent: of each request its method, and whether it held a query. */
function noting(requests) {
  return async (input, init = {}) => {
    const sent = init.method === "POST" ? JSON.parse(init.body) : Object.fromEntries(new URL(input, url).searchParams);
    const response = await fetchAsOwner(input, init);
    requests.push(`${init.method ?? "GET"} ${sent.query ? "whole" : "hash"} ${response.status}`);
    return response;
  };
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

async function askApollo(useGETForHashedQueries) {
  const requests = [];
  const http = new HttpLink({ uri: url, fetch: noting(requests) });
  const link = createPersistedQueryLink({ sha256, useGETForHashedQueries }).concat(http);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const ask = (id) =>
    client.query({
      query: gql`query Apollo($id: ID) { member(id: $id) { member { id name } } }`,
      variables: { id },
      fetchPolicy: "no-cache",
    });
  assert.equal((await ask("agent")).data.member.member.name, "Name of agent");
  assert.equal((await ask("viewer")).data.member.member.name, "Name of viewer");
  client.stop();
  return requests;
}

async function askUrql(preferGetForPersistedQueries) {
  const requests = [];
  const client = new Client({
    url,
    fetch: noting(requests),
    preferGetMethod: false,
    exchanges: [persistedExchange({ preferGetForPersistedQueries, generateHash: async (text) => sha256(text) }), fetchExchange],
    requestPolicy: "network-only",
  });
  const query = `query Urql${preferGetForPersistedQueries}($id: ID) { member(id: $id) { member { id name } } }`;
  for (const id of ["agent", "viewer"]) {
    const { data, error } = await client.query(query, { id }).toPromise();
    assert.equal(error, undefined);
    assert.equal(data.member.member.name, `Name of ${id}`);
  }
  return requests;
}

// The hash that nobody knows yet, the query with it, and from then on the hash alone.
const apolloRequests = await askApollo(false);
assert.deepEqual(apolloRequests.map((request) => request.split(" ")[1]), ["hash", "whole", "hash"], String(apolloRequests));
const apolloGets = await askApollo(true);
assert.ok(apolloGets.every((request) => request.startsWith("GET hash 200")), String(apolloGets));
for (const preferGet of [false, true]) {
  const requests = await askUrql(preferGet);
  assert.deepEqual(requests.map((request) => request.split(" ")[1]), ["hash", "whole", "hash"], String(requests));
}

async function post(body) {
  const headers = { "content-type": "application/json" };
  return (await fetchAsOwner(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

// What is not valid is not kept, and a hash that is another one's is refused.
const persistedQuery = (text) => ({ version: 1, sha256Hash: sha256(text) });
const wrong = "{ nothing }";
await post({ query: wrong, extensions: { persistedQuery: persistedQuery(wrong) } });
const missing = await post({ extensions: { persistedQuery: persistedQuery(wrong) } });
assert.equal(missing.errors[0].message, "PersistedQueryNotFound");
assert.equal(missing.errors[0].extensions.code, "PERSISTED_QUERY_NOT_FOUND");
const foreign = await post({ query: "{ viewer { role } }", extensions: { persistedQuery: persistedQuery(wrong) } });
assert.equal(foreign.errors[0].extensions.code, "BAD_USER_INPUT");
