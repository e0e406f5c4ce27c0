import { InboxDocument, OwnInboxDocument } from "../../generated/graphql.ts";
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
import { InboxView } from "./inbox-view.tsx";

/** What comes in, when, about what, and who answers it? For agents and viewers: of their own. */
export function InboxPage() {
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
  const all = useQuery(InboxDocument, viewer.seesEveryone ? { ...common, busy: state.busy } : undefined);
  const own = useQuery(OwnInboxDocument, viewer.seesEveryone ? undefined : common);
  return (
    <>
      <FilterBar directory={directory} oneMember={!viewer.seesEveryone} />
      {viewer.seesEveryone ? (
        <Shown query={all} cards={6}>
          {({ team, before: earlier }) => team && <InboxView report={team} before={read(earlier)} group={group} />}
        </Shown>
      ) : (
        <Shown query={own} cards={6}>
          {({ member, before: earlier }) =>
            member && <InboxView report={member} before={read(earlier)} group={group} />
          }
        </Shown>
      )}
      <DrillDrawer directory={directory} />
    </>
  );
}
