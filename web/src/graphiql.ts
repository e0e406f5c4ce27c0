// GraphiQL, with React, which it is made of. It asks for no schema: it has the one that the server was built with, so that it
// works where introspection is off.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { buildSchema } from "graphql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import schema from "../../api/schema.graphql?raw";
import { authorization, restoreSession } from "./api/session.ts";
import "graphiql/style.css";
import "./styles/graphiql.css";

restoreSession();

const fetcher = createGraphiQLFetcher({
  url: "/graphql",
  fetch: (input, init) =>
    fetch(input, { ...init, headers: { ...authorization(), ...(init?.headers as Record<string, string>) } }),
  subscriptionUrl: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql/ws`,
  wsConnectionParams: authorization(),
});

const defaultQuery = `# What is asked here is asked with the token of this tab, or as who is signed in.
{
  team(period: { preset: LAST_30_DAYS }) {
    metrics {
      conversations
      closed
      firstResponse { median }
    }
    leaderboard(first: 3) {
      rank
      value
      report { member { name } }
    }
  }
}
`;

const place = document.getElementById("graphiql");
if (place) {
  const props = { fetcher, schema: buildSchema(schema), defaultQuery, shouldPersistHeaders: false };
  const home = createElement("a", { href: "/performance" }, "Caseload");
  createRoot(place).render(createElement(GraphiQL, props, createElement(GraphiQL.Logo, null, home)));
}
