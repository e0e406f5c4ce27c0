import { useState } from "preact/hooks";
import type { TypedDocumentString } from "../../generated/graphql.ts";
import { change, type Failure } from "./client.ts";

/** A change that can be asked for, and how that went. */
export interface Change<Data, Variables> {
  /** Asks for it; what came back, or nothing where it was refused. */
  run: (variables: Variables) => Promise<Data | undefined>;
  busy: boolean;
  failure: Failure | undefined;
}

/** A change; `then` follows each that was made. */
export function useChange<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  then: () => void,
): Change<Data, Variables> {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const run = async (variables: Variables) => {
    setBusy(true);
    const answer = await change(document, variables);
    setBusy(false);
    setFailure(answer.failure);
    if (!answer.failure) then();
    return answer.failure ? undefined : answer.data;
  };
  return { run, busy, failure };
}
