import { Client, type CombinedError, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import { onEnd as onComplete, pipe, subscribe } from "wonka";
import type { TypedDocumentString } from "../../generated/graphql.ts";
import { t } from "../words/language.ts";
import { authorization, endSession } from "./session.ts";
import { store } from "./store.ts";

/** Why there is no answer, or no whole one. */
export interface Failure {
  /** The API's stable code; `NETWORK` where the API was not reached. */
  code: string;
  message: string;
}

/** What came back. `refused`: fields that are null because the viewer may not read them, by their path. */
export interface Answer<Data> {
  data: Data | undefined;
  failure: Failure | undefined;
  refused: ReadonlyMap<string, Failure>;
}

/** Since when, in milliseconds, the server has not been reached; nothing while it is. */
export const offlineSince = store<number | undefined>(undefined);

/** Grows whenever the socket has closed. */
export const closed = store(0);

const socket = createClient({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql/ws`,
  connectionParams: authorization,
  lazy: true,
  // Each try waits twice as long as the one before; `live.ts` asks meanwhile.
  retryAttempts: 8,
  // A server that is gone closes the socket: that is noticed here before anything is asked again.
  on: { closed: () => closed.set(closed.get() + 1) },
  shouldRetry: (event) => !isFinal(event),
});

const client = new Client({
  url: "/graphql",
  preferGetMethod: false,
  requestPolicy: "network-only",
  fetchOptions: () => ({ headers: authorization(), referrerPolicy: "no-referrer" }),
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (operation) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe({ ...operation, query: operation.query ?? "" }, sink),
        }),
      }),
    }),
  ],
});

/** Asks once. */
export async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Answer<Data>> {
  const result = await client.query<Data>(document.toString(), variables as object).toPromise();
  return answer(result);
}

/** Asks for a change. */
export async function change<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Answer<Data>> {
  const result = await client.mutation<Data>(document.toString(), variables as object).toPromise();
  return answer(result);
}

/** Watches until the function that it returns is called; `onEnd` comes when the stream has ended or broken. */
export function watch<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  onData: (data: Data) => void,
  onEnd: () => void = () => {},
): () => void {
  let open = true;
  const end = () => {
    if (open) onEnd();
    open = false;
  };
  const { unsubscribe } = pipe(
    client.subscription<Data>(document.toString(), variables as object),
    onComplete(end),
    subscribe((result) => {
      const { data, failure } = answer(result);
      if (open && data) onData(data);
      if (failure) end();
    }),
  );
  return () => {
    open = false;
    unsubscribe();
  };
}

function answer<Data>(result: { data?: Data; error?: CombinedError }): Answer<Data> {
  const { data, error } = result;
  const isReached = !error?.networkError || isAnswered(error);
  if (!isReached) offlineSince.set(offlineSince.get() ?? Date.now());
  else offlineSince.set(undefined);
  if (!error) return { data, failure: undefined, refused: new Map() };
  const failures = error.graphQLErrors.map((one) => ({
    path: (one.path ?? []).join("."),
    failure: { code: String(one.extensions?.code ?? "INTERNAL"), message: one.message },
  }));
  if (failures.some(({ failure }) => failure.code === "UNAUTHENTICATED")) endSession();
  const refused = new Map(failures.filter(({ path }) => path !== "").map(({ path, failure }) => [path, failure]));
  if (data && refused.size === failures.length && !error.networkError) return { data, failure: undefined, refused };
  const first = failures[0]?.failure ?? { code: "NETWORK", message: t("Caseload can't be reached.") };
  return { data: undefined, failure: first, refused };
}

/** Whether something answered, be it with an error: a proxy whose server is gone says 502 to 504. */
function isAnswered({ response }: CombinedError): boolean {
  const status = (response as Response | undefined)?.status;
  return status !== undefined && (status < 502 || 504 < status || status === 503);
}

/** Whether the server closed a socket for good: a token that it refuses stays refused. */
function isFinal(event: unknown): boolean {
  const code = (event as { code?: number }).code;
  return code === 4401 || code === 4403;
}
