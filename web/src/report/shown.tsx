import type { ComponentChild } from "preact";
import { offlineSince } from "../api/client.ts";
import { useStore } from "../api/store.ts";
import type { Query } from "../api/use-query.ts";
import { PageSkeleton } from "../ui/skeleton.tsx";
import { ErrorState, Missed } from "../ui/state.tsx";
import { useViewer } from "./viewer.ts";

interface ShownProps<Data> {
  query: Query<Data>;
  /** How many cards the page has. */
  cards?: number;
  children: (data: Data) => ComponentChild;
}

/** What was answered, grey while the server is gone; else why not, or the place of what is on its way. */
export function Shown<Data>({ query, cards = 10, children }: ShownProps<Data>) {
  const { instants, workspace } = useViewer();
  const offline = useStore(offlineSince);
  if (query.data) {
    const at = offline === undefined ? undefined : new Date(offline).toISOString();
    const since = at && (instants.day(at) === workspace.today ? instants.time(at) : instants.moment(at));
    const failure = query.failure ?? (since ? { code: "NETWORK", message: "" } : undefined);
    return (
      <div aria-busy={query.loading} data-stale={query.stale} data-offline={since !== undefined}>
        {failure && <Missed failure={failure} since={since} onRetry={query.reload} />}
        {children(query.data)}
      </div>
    );
  }
  const failure = query.failure ?? [...query.refused.values()][0];
  return failure ? <ErrorState failure={failure} onRetry={query.reload} /> : <PageSkeleton cards={cards} />;
}
