import { useEffect, useState } from "preact/hooks";
import type { TypedDocumentString } from "../../generated/graphql.ts";
import { type Answer, ask, type Failure } from "../api/client.ts";
import { tick } from "../api/live.ts";
import { useStore } from "../api/store.ts";

/// A list of the API, as it gives one.
interface Connection<Node> {
  /// Lists of what was done have no count.
  totalCount?: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: Node[];
}

/// What is shown of a list.
export interface Pages<Node> {
  nodes: Node[];
  total: number | undefined;
  loading: boolean;
  hasMore: boolean;
  failure: Failure | undefined;
  more: () => void;
  reload: () => void;
}

interface Shown<Node> {
  nodes: Node[];
  total: number | undefined;
  cursor: string | null;
  failure: Failure | undefined;
}

const NOTHING = { nodes: [], total: undefined, cursor: null, failure: undefined };

/// A list that grows page by page. It begins anew when what is asked changes; when new figures can be read, as many rows as
/// are shown are read again.
export function usePages<Data, Variables extends { first: number; after?: string | null }, Node>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  size: number,
  listOf: (data: Data) => Connection<Node> | null,
): Pages<Node> {
  const figures = useStore(tick);
  const key = JSON.stringify(variables);
  const [shown, setShown] = useState<Shown<Node>>(NOTHING);
  const [loading, setLoading] = useState(true);
  const [again, setAgain] = useState(0);
  const page = (first: number, after: string | null) =>
    ask(document, { ...variables, first, after } as Variables).then((answer) => take(answer, listOf));

  // biome-ignore lint/correctness/useExhaustiveDependencies: variables are compared by what they hold; figures and again are causes
  useEffect(() => {
    let current = true;
    setLoading(true);
    page(Math.min(Math.max(size, shown.nodes.length), 1000), null).then((next) => {
      if (!current) return;
      setShown(next);
      setLoading(false);
    });
    return () => {
      current = false;
    };
  }, [document, key, figures, again]);

  const more = async () => {
    if (shown.cursor === null || loading) return;
    setLoading(true);
    const next = await page(size, shown.cursor);
    setShown((kept) => ({ ...next, nodes: [...kept.nodes, ...next.nodes], total: next.total ?? kept.total }));
    setLoading(false);
  };
  const { nodes, total, failure } = shown;
  return {
    nodes,
    total,
    failure,
    loading,
    hasMore: shown.cursor !== null,
    more,
    reload: () => setAgain((count) => count + 1),
  };
}

/// All rows of a list, `first` at a time, at most `most` of them.
export async function allPages<Data, Variables extends { first: number; after?: string | null }, Node>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  listOf: (data: Data) => Connection<Node> | null,
  most = 20_000,
): Promise<Shown<Node>> {
  let shown: Shown<Node> = NOTHING;
  do {
    const next = take(await ask(document, { ...variables, first: 1000, after: shown.cursor } as Variables), listOf);
    shown = { ...next, nodes: [...shown.nodes, ...next.nodes] };
  } while (shown.cursor !== null && shown.nodes.length < most);
  return shown;
}

function take<Data, Node>(answer: Answer<Data>, listOf: (data: Data) => Connection<Node> | null): Shown<Node> {
  const list = answer.data && listOf(answer.data);
  if (!list) return { ...NOTHING, failure: answer.failure ?? [...answer.refused.values()][0] };
  const { nodes, totalCount, pageInfo } = list;
  return { nodes, total: totalCount, cursor: pageInfo.hasNextPage ? pageInfo.endCursor : null, failure: undefined };
}
