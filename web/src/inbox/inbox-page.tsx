import { InboxDocument, OwnInboxDocument } from "../../generated/graphql.ts";
import { useQuery } from "../api/use-query.ts";
import { PerformanceSkeleton } from "../performance/skeleton.tsx";
import { DrillDrawer } from "../report/drill-drawer.tsx";
import { FilterBar } from "../report/filter-bar.tsx";
import { groupOf } from "../report/group.ts";
import { useDirectory } from "../report/use-directory.ts";
import { useViewer } from "../report/viewer.ts";
import { ErrorState, Missed } from "../ui/state.tsx";
import { filterInput, periodInput } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { InboxView } from "./inbox-view.tsx";

/// What comes in, when, about what, and who answers it? For agents and viewers: of their own.
export function InboxPage() {
  const viewer = useViewer();
  const { state } = useReport();
  const directory = useDirectory(state.period);
  const group = groupOf(state.group, state.period, viewer.workspace.today);
  const common = { period: periodInput(state.period), filter: filterInput(state.filter), group };
  const ofAgent = state.agent === undefined ? {} : { members: [state.agent], teams: [], unassigned: false };
  const charts = { chartFilter: filterInput({ ...state.filter, ...ofAgent }), busy: state.busy };
  const all = useQuery(InboxDocument, viewer.seesEveryone ? { ...common, ...charts } : undefined);
  const own = useQuery(OwnInboxDocument, viewer.seesEveryone ? undefined : common);
  const query = viewer.seesEveryone ? all : own;
  const failure = query.failure ?? [...query.refused.values()][0];
  return (
    <>
      <FilterBar directory={directory} oneMember={!viewer.seesEveryone} />
      <div aria-busy={query.loading} data-stale={query.stale}>
        {query.data && query.failure && <Missed failure={query.failure} onRetry={query.reload} />}
        {all.data?.team && all.data.charts && (
          <InboxView report={all.data.team} charts={all.data.charts} group={group} />
        )}
        {own.data?.member && <InboxView report={own.data.member} charts={own.data.member} group={group} />}
        {!query.data && failure && <ErrorState failure={failure} onRetry={query.reload} />}
        {!query.data && !failure && <PerformanceSkeleton cards={6} />}
      </div>
      <DrillDrawer directory={directory} />
    </>
  );
}
