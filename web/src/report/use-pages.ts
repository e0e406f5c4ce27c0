import { useCallback, useEffect, useState } from "preact/hooks";
import type { TypedDocumentString } from "../../generated/graphql.ts";
import { type Answer, ask, type Failure } from "../api/client.ts";
import { tick } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { count } from "../words/numbers.ts";

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
  const [{ of, ...shown }, setShown] = useState<Shown<Node> & { of: string }>({ ...NOTHING, of: key });
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
      // A server that is away for a moment does not take away what is shown, unless that is of something else.
      setShown((kept) => (next.failure && kept.of === key && kept.nodes.length > 0 ? kept : { ...next, of: key }));
      setLoading(false);
    });
    return () => {
      current = false;
    };
  }, [document, key, figures, again]);

  const reload = useCallback(() => setAgain((times) => times + 1), []);
  const more = async () => {
    if (shown.cursor === null || loading) return;
    setLoading(true);
    const next = await page(size, shown.cursor);
    setShown((kept) => {
      if (next.failure || kept.of !== key) return kept;
      return { ...next, nodes: [...kept.nodes, ...next.nodes], total: next.total ?? kept.total, of: key };
    });
    setLoading(false);
  };
  const { nodes, total, failure } = shown;
  return {
    nodes,
    total,
    failure,
    loading: loading || of !== key,
    hasMore: shown.cursor !== null,
    more,
    reload,
  };
}

/// How many rows a page holds for a file or a search: twenty requests, and some megabytes.
const MOST_ROWS = 20_000;

/// Which part of a list that long `allPages` gives; nothing where it gives all of it.
export function partOfList(total: number | undefined): string | undefined {
  return total !== undefined && total > MOST_ROWS ? `the first ${count(MOST_ROWS)}` : undefined;
}

/// All rows of a list, at most `MOST_ROWS`; where there are more, the cursor stands behind them.
export async function allPages<Data, Variables extends { first: number; after?: string | null }, Node>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  listOf: (data: Data) => Connection<Node> | null,
): Promise<Shown<Node>> {
  let shown: Shown<Node> = NOTHING;
  do {
    const next = take(await ask(document, { ...variables, first: 1000, after: shown.cursor } as Variables), listOf);
    shown = { ...next, nodes: shown.nodes.concat(next.nodes) };
  } while (shown.cursor !== null && shown.nodes.length < MOST_ROWS);
  return shown;
}

/// Hands all rows of a list to what saves them; what kept it from that, where something did.
export async function saveAll<Data, Variables extends { first: number; after?: string | null }, Node>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  listOf: (data: Data) => Connection<Node> | null,
  save: (nodes: Node[]) => void,
): Promise<Failure | undefined> {
  const { nodes, failure } = await allPages(document, variables, listOf);
  if (!failure) save(nodes);
  return failure;
}

function take<Data, Node>(answer: Answer<Data>, listOf: (data: Data) => Connection<Node> | null): Shown<Node> {
  const list = answer.data && listOf(answer.data);
  if (!list) return { ...NOTHING, failure: answer.failure ?? [...answer.refused.values()][0] };
  const { nodes, totalCount, pageInfo } = list;
  return { nodes, total: totalCount, cursor: pageInfo.hasNextPage ? pageInfo.endCursor : null, failure: undefined };
}
