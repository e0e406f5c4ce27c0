import { useEffect, useState } from "preact/hooks";
import { ConversationsDocument } from "../../generated/graphql.ts";
import { tick } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { csv } from "../export/csv.ts";
import { downloadCsv, fileName } from "../export/download.ts";
import { DataTable } from "../ui/data-table.tsx";
import { type OnSave, SaveButton } from "../ui/save-button.tsx";
import { EmptyState, FailureState, Skeleton } from "../ui/state.tsx";
import type { Drill } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { WORDS } from "../words/measures.ts";
import { count } from "../words/numbers.ts";
import { conversationColumns } from "./conversation-columns.tsx";
import { type Conversation, drillInput } from "./drill.ts";
import { conversationsOf, type Found, find } from "./found.ts";
import { partOfList, saveAll, usePages } from "./use-pages.ts";
import { useViewer } from "./viewer.ts";

/// A number's conversations, page by page.
export function PagedList({ drill }: { drill: Drill }) {
  const { state } = useReport();
  const input = drillInput(state, drill);
  const { nodes, total, loading, hasMore, failure, more, reload } = usePages(
    ConversationsDocument,
    input,
    50,
    conversationsOf,
  );
  if (failure) return <FailureState what="These conversations" failure={failure} onRetry={reload} />;
  if (total === undefined) return <Skeleton size="table" />;
  const save = () => saveAll(ConversationsDocument, input, conversationsOf, (all) => saveConversations(drill, all));
  return (
    <>
      <ListHead drill={drill} total={total} onSave={save} />
      {total === 0 ? <EmptyState title="No conversations" /> : <List nodes={nodes} />}
      {hasMore && (
        <button type="button" class="button" disabled={loading} onClick={more}>
          Show more of {count(total)}
        </button>
      )}
    </>
  );
}

/// What the API has no filter for, found among all conversations of the measure.
export function FoundList({ drill }: { drill: Drill }) {
  const { state } = useReport();
  const figures = useStore(tick);
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
  if (failure) return <FailureState what="These conversations" failure={failure} onRetry={() => setAgain(again + 1)} />;
  return (
    <>
      <ListHead drill={drill} total={nodes.length} onSave={() => void saveConversations(drill, nodes)} />
      {among !== undefined && (
        <p class="quiet">Looked for among the first {count(among)} only. A shorter period shows all of them.</p>
      )}
      {nodes.length === 0 ? <EmptyState title="No conversations" /> : <List nodes={nodes} />}
    </>
  );
}

function ListHead({ drill, total, onSave }: { drill: Drill; total: number; onSave: OnSave }) {
  const { events } = WORDS[drill.measure];
  return (
    <div class="list-head">
      <span>
        <strong data-part="total">{count(total)}</strong> {total === 1 ? "conversation" : "conversations"}
        {events && (
          <span class="quiet">. The number counts {events}; a conversation with several stands here once.</span>
        )}
      </span>
      <SaveButton what="these conversations" part={partOfList(total)} onSave={onSave} />
    </div>
  );
}

function List({ nodes }: { nodes: Conversation[] }) {
  const { instants } = useViewer();
  return (
    <DataTable title="Conversations" rows={nodes} columns={conversationColumns(instants)} rowKey={({ id }) => id} />
  );
}

function saveConversations(drill: Drill, nodes: Conversation[]): void {
  const heads = [
    "id",
    "created_at",
    "closed_at",
    "channel",
    "customer_id",
    "customer",
    "assignee_id",
    "assignee",
    "labels",
    "outcome",
    "first_response_seconds",
    "closing_seconds",
    "scores",
  ];
  const rows = nodes.map((one) => [
    one.id,
    one.createdAt,
    one.closedAt,
    one.channel,
    one.customer.id,
    one.customer.name,
    one.assignee?.id,
    one.assignee?.name,
    one.labels.map(({ title }) => title).join("; "),
    one.outcome?.toLowerCase(),
    one.firstResponseSeconds,
    one.closingSeconds,
    one.ratings.map(({ score }) => score).join("; "),
  ]);
  downloadCsv(fileName(`conversations ${drill.measure}`), csv(heads, rows));
}
