import { useCallback, useEffect, useState } from "preact/hooks";
import type { TypedDocumentString } from "../../generated/graphql.ts";
import { type Answer, ask } from "./client.ts";
import { dataVersion } from "./live.ts";
import { useStore } from "./store.ts";

/** An answer, and whether another one is on its way. What was there before stays until then, so that nothing jumps. */
export interface Query<Data> extends Answer<Data> {
  loading: boolean;
  /** Whether what is there answers other variables than those of now. */
  stale: boolean;
  reload: () => void;
}

/** An answer, and the variables that it was asked with. */
interface Kept<Data> extends Answer<Data> {
  key: string | undefined;
}

const NOTHING: Kept<never> = { data: undefined, failure: undefined, refused: new Map(), key: undefined };

/** Asks, and asks again when the variables change or new figures can be read. Nothing is asked without variables. */
export function useQuery<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables | undefined,
): Query<Data> {
  const figures = useStore(dataVersion);
  const [again, setAgain] = useState(0);
  const [answer, setAnswer] = useState<Kept<Data>>(NOTHING);
  const [loading, setLoading] = useState(true);
  const key = JSON.stringify(variables);
  // biome-ignore lint/correctness/useExhaustiveDependencies: variables are compared by what they hold; figures and again are causes
  useEffect(() => {
    if (variables === undefined) return;
    let current = true;
    setLoading(true);
    ask(document, variables).then((next) => {
      if (!current) return;
      // A server that is away for a moment does not take away what is shown, unless that is of something else.
      setAnswer((kept) =>
        next.failure && kept.data && kept.key === key ? { ...kept, failure: next.failure } : { ...next, key },
      );
      setLoading(false);
    });
    return () => {
      current = false;
    };
  }, [document, key, figures, again]);
  const reload = useCallback(() => setAgain((count) => count + 1), []);
  const stale = answer.data !== undefined && answer.key !== key;
  return { ...answer, loading: loading || stale, stale, reload };
}
