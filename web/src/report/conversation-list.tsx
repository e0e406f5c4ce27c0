import { useEffect, useState } from "preact/hooks";
import { type Clock, ConversationsDocument } from "../../generated/graphql.ts";
import type { Failure } from "../api/client.ts";
import { dataVersion } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { type Conversation, drillInput } from "../drill/drill.ts";
import { fileName } from "../export/download.ts";
import { columnsOf, type FileTable, spread } from "../export/table.ts";
import { DataTable } from "../ui/data-table.tsx";
import { type Rows, SaveButtons } from "../ui/save-button.tsx";
import { EmptyState, FailureState, ReadAgain, Skeleton } from "../ui/state.tsx";
import type { Drill } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { noun, t } from "../words/language.ts";
import { MEASURES } from "../words/measures.ts";
import { count } from "../words/numbers.ts";
import { conversationColumns } from "./conversation-columns.tsx";
import { conversationsOf, type Found, find } from "./found.ts";
import { useClock } from "./use-clock.ts";
import { allPages, allRows, partOfList, usePages } from "./use-pages.ts";
import { useViewer } from "./viewer.ts";

/** How many rows of an ordered list are shown at a time. */
const ROWS_SHOWN = 200;

/** A number's conversations, page by page. Ordered by a column, all of them are read first: a page has no order of its own. */
export function PagedList({ drill }: { drill: Drill }) {
  const { state } = useReport();
  const { clock } = useClock();
  const input = drillInput(state, drill);
  const pages = usePages(ConversationsDocument, input, 50, conversationsOf);
  const all = useAllConversations(input);
  const { total, loading, hasMore, readAgain } = pages;
  const failure = pages.failure ?? all.failure;
  if (failure) return <FailureState what={t("These conversations")} failure={failure} onRetry={pages.reload} />;
  if (total === undefined) return <Skeleton size="table" />;
  const rows = () => allRows(ConversationsDocument, input, conversationsOf, (nodes) => conversationTable(nodes, clock));
  const nodes = all.nodes ?? pages.nodes;
  const isLonger = all.nodes ? all.shown < all.nodes.length : hasMore;
  return (
    <>
      <ListHead drill={drill} total={total} rows={rows} />
      {readAgain && <ReadAgain />}
      {all.busy && (
        <p class="quiet" role="status">
          {t("Reading all {0} to put them in order…", count(total))}
        </p>
      )}
      {total === 0 ? (
        <EmptyState title={t("No conversations")} />
      ) : (
        <List nodes={nodes} most={all.nodes ? all.shown : undefined} onOrder={hasMore ? all.read : undefined} />
      )}
      {isLonger && (
        <button type="button" class="button" disabled={loading} onClick={all.nodes ? all.more : pages.more}>
          {t("Show more of {0}", count(total))}
        </button>
      )}
    </>
  );
}

/** All conversations of a list, once they are asked for; until what is asked, or the figures, change. */
function useAllConversations(input: ReturnType<typeof drillInput>) {
  const figures = useStore(dataVersion);
  const key = JSON.stringify([input, figures]);
  const [kept, setKept] = useState<{ of: string; nodes?: Conversation[]; failure?: Failure | undefined }>();
  const [shown, setShown] = useState(ROWS_SHOWN);
  const current = kept?.of === key ? kept : undefined;
  const read = async () => {
    if (current) return;
    setKept({ of: key });
    const { nodes, failure } = await allPages(ConversationsDocument, input, conversationsOf);
    setShown(ROWS_SHOWN);
    setKept((now) => (now?.of === key ? (failure ? { of: key, failure } : { of: key, nodes }) : now));
  };
  const busy = current !== undefined && !current.nodes && !current.failure;
  const more = () => setShown(shown + ROWS_SHOWN);
  return { nodes: current?.nodes, failure: current?.failure, busy, shown, read, more };
}

/** What the API has no filter for, found among all conversations of the measure. */
export function FoundList({ drill }: { drill: Drill }) {
  const { state } = useReport();
  const { clock } = useClock();
  const figures = useStore(dataVersion);
  const [found, setFound] = useState<Found>();
  const [again, setAgain] = useState(0);
  const key = JSON.stringify([drillInput(state, drill), drill]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked is compared by what it holds
  useEffect(() => {
    let current = true;
    find(state, drill).then((next) => {
      if (current) setFound(next);
    });
    return () => {
      current = false;
    };
  }, [key, figures, again]);
  if (!found) return <Skeleton size="table" />;
  const { nodes, among, failure } = found;
  if (failure)
    return <FailureState what={t("These conversations")} failure={failure} onRetry={() => setAgain(again + 1)} />;
  return (
    <>
      <ListHead drill={drill} total={nodes.length} rows={() => ({ table: conversationTable(nodes, clock) })} />
      {among !== undefined && (
        <p class="quiet">
          {t("Looked for among the first {0} only. A shorter period shows all of them.", count(among))}
        </p>
      )}
      {nodes.length === 0 ? <EmptyState title={t("No conversations")} /> : <List nodes={nodes} />}
    </>
  );
}

interface ListHeadProps {
  drill: Drill;
  total: number;
  rows: () => Rows | Promise<Rows>;
}

function ListHead({ drill, total, rows }: ListHeadProps) {
  const { events } = MEASURES[drill.measure];
  return (
    <div class="list-head">
      <span>
        <strong data-part="total">{count(total)}</strong> {noun(total, "conversation")}
        {events && (
          <span class="quiet">
            {t(". The number counts {0}; a conversation with several stands here once.", events)}
          </span>
        )}
      </span>
      <span class="panel-actions">
        <SaveButtons
          what={t("these conversations")}
          file={fileName(`conversations ${drill.measure}`)}
          part={partOfList(total)}
          rows={rows}
        />
      </span>
    </div>
  );
}

interface ListProps {
  nodes: Conversation[];
  most?: number | undefined;
  onOrder?: (() => void) | undefined;
}

function List({ nodes, most, onOrder }: ListProps) {
  const { instants } = useViewer();
  const { clock } = useClock();
  const hasAttributes = nodes.some(({ attributes }) => attributes.length > 0);
  return (
    <DataTable
      title={t("Conversations")}
      rows={nodes}
      columns={conversationColumns(instants, Date.now(), hasAttributes, clock)}
      rowKey={({ id }) => id}
      {...(most === undefined ? {} : { most })}
      {...(onOrder ? { onOrder } : {})}
    />
  );
}

function conversationTable(nodes: Conversation[], clock: Clock): FileTable {
  const of = clock === "BUSINESS" ? "_business" : "";
  const labels = spread(
    "label",
    nodes.map((one) => one.labels.map(({ title }) => title)),
  );
  const keys = [...new Set(nodes.flatMap((one) => one.attributes.map(({ key }) => key)))].sort();
  const attributes = keys.map((key) =>
    spread(
      `attribute_${key}`,
      nodes.map((one) => one.attributes.find((own) => own.key === key)?.values ?? []),
    ),
  );
  const scores = spread(
    "score",
    nodes.map((one) => one.ratings.map(({ score }) => score)),
    "number",
  );
  return {
    columns: [
      ...columnsOf("text", "id"),
      ...columnsOf("instant", "created_at", "closed_at"),
      ...columnsOf("text", "channel", "customer_id", "customer", "assignee_id", "assignee", "outcome"),
      ...columnsOf("number", `first_response${of}_seconds`, `closing${of}_seconds`),
      ...labels.columns,
      ...attributes.flatMap(({ columns }) => columns),
      ...scores.columns,
    ],
    rows: nodes.map((one, at) => [
      one.id,
      one.createdAt,
      one.closedAt,
      one.channel,
      one.customer.id,
      one.customer.name,
      one.assignee?.id,
      one.assignee?.name,
      one.outcome?.toLowerCase(),
      one.firstResponseSeconds,
      one.closingSeconds,
      ...(labels.cells[at] ?? []),
      ...attributes.flatMap(({ cells }) => cells[at] ?? []),
      ...(scores.cells[at] ?? []),
    ]),
  };
}
