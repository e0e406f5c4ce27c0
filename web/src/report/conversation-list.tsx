import { useEffect, useState } from "preact/hooks";
import { ConversationsDocument, type ConversationsQuery } from "../../generated/graphql.ts";
import type { Failure } from "../api/client.ts";
import { tick } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { csv } from "../export/csv.ts";
import { downloadCsv, fileName } from "../export/download.ts";
import { DataTable } from "../ui/data-table.tsx";
import { Icon } from "../ui/icon.tsx";
import { EmptyState, ErrorState, RefusedState, Skeleton } from "../ui/state.tsx";
import type { Drill } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { count } from "../words/numbers.ts";
import { conversationColumns } from "./conversation-columns.tsx";
import { type Conversation, drillInput } from "./drill.ts";
import { allPages, usePages } from "./use-pages.ts";
import { useViewer } from "./viewer.ts";

const listOf = (data: ConversationsQuery) => data.conversations;

/// A number's conversations, page by page.
export function PagedList({ drill }: { drill: Drill }) {
  const { state } = useReport();
  const input = drillInput(state, drill);
  const { nodes, total, loading, hasMore, failure, more } = usePages(ConversationsDocument, input, 50, listOf);
  if (failure?.code === "FORBIDDEN") return <RefusedState what="These conversations" />;
  if (failure) return <ErrorState failure={failure} onRetry={more} />;
  if (total === undefined) return <Skeleton size="table" />;
  const save = async () => saveConversations(drill, (await allPages(ConversationsDocument, input, listOf)).nodes);
  return (
    <>
      <ListHead total={total} onSave={save} />
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
export function FoundList({ drill, isMeant }: { drill: Drill; isMeant: (conversation: Conversation) => boolean }) {
  const { state } = useReport();
  const figures = useStore(tick);
  const [all, setAll] = useState<{ nodes: Conversation[]; failure: Failure | undefined }>();
  const input = drillInput(state, drill);
  const key = JSON.stringify(input);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked is compared by what it holds
  useEffect(() => {
    let current = true;
    allPages(ConversationsDocument, input, listOf).then((next) => {
      if (current) setAll(next);
    });
    return () => {
      current = false;
    };
  }, [key, figures]);
  if (!all) return <Skeleton size="table" />;
  if (all.failure) return <RefusedState what="These conversations" />;
  const found = all.nodes.filter(isMeant);
  return (
    <>
      <ListHead total={found.length} onSave={() => saveConversations(drill, found)} />
      {found.length === 0 ? <EmptyState title="No conversations" /> : <List nodes={found} />}
    </>
  );
}

function ListHead({ total, onSave }: { total: number; onSave: () => void }) {
  return (
    <div class="list-head">
      <strong data-part="total">{count(total)}</strong> {total === 1 ? "conversation" : "conversations"}
      <button
        type="button"
        class="button button-quiet"
        onClick={onSave}
        aria-label="Download these conversations as CSV"
      >
        <Icon name="save" />
        CSV
      </button>
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
