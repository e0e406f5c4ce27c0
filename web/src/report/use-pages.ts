import { useCallback, useEffect, useState } from "preact/hooks";
import type { TypedDocumentString } from "../../generated/graphql.ts";
import { type Answer, ask, type Failure } from "../api/client.ts";
import { dataVersion } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import type { FileTable } from "../export/table.ts";
import { t } from "../words/language.ts";
import { count } from "../words/numbers.ts";

/** A list of the API, as it gives one. */
interface Connection<Node> {
  /** Lists of what was done have no count. */
  totalCount?: number;
  /** Whether figures have changed since the page before: rows may then come twice or not at all. */
  changed?: boolean;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: Node[];
}

/** What is shown of a list. */
export interface Pages<Node> {
  nodes: Node[];
  total: number | undefined;
  loading: boolean;
  hasMore: boolean;
  /** Whether figures changed between two pages, so that the list was read again from its beginning. */
  readAgain: boolean;
  failure: Failure | undefined;
  more: () => void;
  reload: () => void;
}

interface Shown<Node> {
  nodes: Node[];
  total: number | undefined;
  cursor: string | null;
  changed: boolean;
  failure: Failure | undefined;
}

const NOTHING = { nodes: [], total: undefined, cursor: null, changed: false, failure: undefined };

/**
 * A list that grows page by page. It begins anew when what is asked changes; when new figures can be read, as many rows as
 * are shown are read again.
 */
export function usePages<Data, Variables extends { first: number; after?: string | null }, Node>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  size: number,
  listOf: (data: Data) => Connection<Node> | null,
): Pages<Node> {
  const figures = useStore(dataVersion);
  const key = JSON.stringify(variables);
  const [{ of, ...shown }, setShown] = useState<Shown<Node> & { of: string }>({ ...NOTHING, of: key });
  const [loading, setLoading] = useState(true);
  const [again, setAgain] = useState(0);
  const [readAgain, setReadAgain] = useState(false);
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
    const longer = shown.nodes.length + size;
    let next = await page(size, shown.cursor);
    // Rows of two generations don't make one list: all of it is read again, with the rows that were asked for.
    if (next.changed) {
      next = await page(Math.min(longer, 1000), null);
      setReadAgain(true);
      setShown((kept) => (next.failure || kept.of !== key ? kept : { ...next, of: key }));
      setLoading(false);
      return;
    }
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
    readAgain,
    more,
    reload,
  };
}

/** How many rows a page holds for a file or a search: twenty requests, and some megabytes. */
const MOST_ROWS = 20_000;

/** Which part of a list that long `allPages` gives; nothing where it gives all of it. */
export function partOfList(total: number | undefined): string | undefined {
  return total !== undefined && total > MOST_ROWS ? t("the first {0}", count(MOST_ROWS)) : undefined;
}

/** How often a list is begun again whose figures change while it is read. */
const MOST_READINGS = 3;
const CHANGING: Failure = {
  code: "CHANGING",
  message: t("The figures changed each time while the list was read. Try again in a moment."),
};

/**
 * All rows of a list, at most `MOST_ROWS`, and all of one generation: where figures change between two pages, it is read again.
 * Where there are more rows, the cursor stands behind them.
 */
export async function allPages<Data, Variables extends { first: number; after?: string | null }, Node>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  listOf: (data: Data) => Connection<Node> | null,
): Promise<Shown<Node>> {
  for (let reading = 0; reading < MOST_READINGS; reading += 1) {
    const shown = await readPages(document, variables, listOf);
    if (!shown.changed) return shown;
  }
  return { ...NOTHING, failure: CHANGING };
}

/** The same once, up to the page that figures have changed before. */
async function readPages<Data, Variables extends { first: number; after?: string | null }, Node>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  listOf: (data: Data) => Connection<Node> | null,
): Promise<Shown<Node>> {
  let shown: Shown<Node> = NOTHING;
  do {
    const next = take(await ask(document, { ...variables, first: 1000, after: shown.cursor } as Variables), listOf);
    shown = { ...next, nodes: shown.nodes.concat(next.nodes) };
  } while (shown.cursor !== null && !shown.changed && shown.nodes.length < MOST_ROWS);
  return shown;
}

/** All rows of a list as a file has them; what kept them from being read, where something did. */
export async function allRows<Data, Variables extends { first: number; after?: string | null }, Node>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  listOf: (data: Data) => Connection<Node> | null,
  tableOf: (nodes: Node[]) => FileTable,
): Promise<{ table: FileTable } | { failure: Failure }> {
  const { nodes, failure } = await allPages(document, variables, listOf);
  return failure ? { failure } : { table: tableOf(nodes) };
}

function take<Data, Node>(answer: Answer<Data>, listOf: (data: Data) => Connection<Node> | null): Shown<Node> {
  const list = answer.data && listOf(answer.data);
  if (!list) return { ...NOTHING, failure: answer.failure ?? [...answer.refused.values()][0] };
  const { nodes, totalCount: total, changed = false, pageInfo } = list;
  return { nodes, total, changed, cursor: pageInfo.hasNextPage ? pageInfo.endCursor : null, failure: undefined };
}
