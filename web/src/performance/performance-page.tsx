import { MemberPerformanceDocument, TeamPerformanceDocument } from "../../generated/graphql.ts";
import { useQuery } from "../api/use-query.ts";
import { DrillDrawer } from "../report/drill-drawer.tsx";
import { FilterBar } from "../report/filter-bar.tsx";
import { groupOf } from "../report/group.ts";
import { Shown } from "../report/shown.tsx";
import { useComparison } from "../report/use-comparison.ts";
import { useDirectory } from "../report/use-directory.ts";
import { useViewer } from "../report/viewer.ts";
import { filterInput, periodInput } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { FeedbackPanel } from "./feedback-panel.tsx";
import { MemberView } from "./member-view.tsx";
import { TeamView } from "./team-view.tsx";

/** How is everyone doing? Or one of them; or who looks, where they see only themselves. */
export function PerformancePage() {
  const viewer = useViewer();
  const { state } = useReport();
  const directory = useDirectory(state.period);
  const group = groupOf(state.group, state.period, viewer.workspace.today);
  const { before, read } = useComparison();
  const common = {
    period: periodInput(state.period),
    before,
    filter: filterInput(state.filter),
    group,
    clock: state.clock,
  };
  const oneMember = !viewer.seesEveryone || state.member !== undefined;
  const id = viewer.seesEveryone ? state.member : undefined;
  const team = useQuery(TeamPerformanceDocument, oneMember ? undefined : { ...common, by: state.by });
  const member = useQuery(MemberPerformanceDocument, oneMember ? { ...common, ...(id ? { id } : {}) } : undefined);
  return (
    <>
      <FilterBar directory={directory} oneMember={oneMember} />
      {oneMember ? (
        <Shown query={member}>
          {({ member: report, before: earlier }) =>
            report && <MemberView report={report} before={read(earlier)} group={group} isOwn={!viewer.seesEveryone} />
          }
        </Shown>
      ) : (
        <Shown query={team}>
          {({ team: report, before: earlier }) =>
            report && <TeamView report={report} before={read(earlier)} group={group} />
          }
        </Shown>
      )}
      <FeedbackPanel member={id} />
      <DrillDrawer directory={directory} />
    </>
  );
}
