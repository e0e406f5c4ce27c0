import { MemberPerformanceDocument, TeamPerformanceDocument } from "../../generated/graphql.ts";
import type { Query } from "../api/use-query.ts";
import { useQuery } from "../api/use-query.ts";
import { DrillDrawer } from "../report/drill-drawer.tsx";
import { FilterBar } from "../report/filter-bar.tsx";
import { groupOf } from "../report/group.ts";
import { useDirectory } from "../report/use-directory.ts";
import { useViewer } from "../report/viewer.ts";
import { ErrorState, Missed } from "../ui/state.tsx";
import { filterInput, periodInput } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { FeedbackPanel } from "./feedback-panel.tsx";
import { MemberView } from "./member-view.tsx";
import { PerformanceSkeleton } from "./skeleton.tsx";
import { TeamView } from "./team-view.tsx";

/// How is everyone doing? Or one of them; or who looks, where they see only themselves.
export function PerformancePage() {
  const viewer = useViewer();
  const { state } = useReport();
  const directory = useDirectory(state.period);
  const group = groupOf(state.group, state.period, viewer.workspace.today);
  const common = { period: periodInput(state.period), filter: filterInput(state.filter), group };
  const oneMember = !viewer.seesEveryone || state.member !== undefined;
  const id = viewer.seesEveryone ? state.member : undefined;
  const team = useQuery(TeamPerformanceDocument, oneMember ? undefined : { ...common, by: state.by });
  const member = useQuery(MemberPerformanceDocument, oneMember ? { ...common, ...(id ? { id } : {}) } : undefined);
  return (
    <>
      <FilterBar directory={directory} oneMember={oneMember} />
      {oneMember ? (
        <Shown query={member}>
          {({ member: report }) => report && <MemberView report={report} group={group} isOwn={!viewer.seesEveryone} />}
        </Shown>
      ) : (
        <Shown query={team}>{({ team: report }) => report && <TeamView report={report} group={group} />}</Shown>
      )}
      <FeedbackPanel member={id} />
      <DrillDrawer directory={directory} />
    </>
  );
}

/// What was answered; else why not, or the place of what is on its way.
function Shown<Data>({ query, children }: { query: Query<Data>; children: (data: Data) => preact.ComponentChild }) {
  if (query.data)
    return (
      <div aria-busy={query.loading} data-stale={query.stale}>
        {query.failure && <Missed failure={query.failure} onRetry={query.reload} />}
        {children(query.data)}
      </div>
    );
  const failure = query.failure ?? [...query.refused.values()][0];
  return failure ? <ErrorState failure={failure} onRetry={query.reload} /> : <PerformanceSkeleton />;
}
