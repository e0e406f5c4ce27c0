import { Choice } from "../ui/choice.tsx";
import type { FilterChoice } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { PeriodPicker } from "./period-picker.tsx";
import type { Directory } from "./use-directory.ts";
import { useViewer } from "./viewer.ts";

const NO_FILTER: FilterChoice = { members: [], teams: [], labels: [], channels: [], unassigned: false };
/// Stands for "credited to nobody" among members.
const NOBODY = "\u0000";

/// Period and filters, the same on every report.
export function FilterBar({ directory, oneMember }: { directory: Directory; oneMember: boolean }) {
  const { workspace, seesEveryone } = useViewer();
  const { state, change } = useReport();
  const { filter } = state;
  const set = (next: Partial<FilterChoice>) => change({ filter: { ...filter, ...next } });
  const people = filter.unassigned ? [...filter.members, NOBODY] : filter.members;
  const isSet =
    filter.labels.length + filter.channels.length > 0 || (!oneMember && people.length + filter.teams.length > 0);
  return (
    <search class="filter-bar" aria-label="Period and filters">
      <PeriodPicker
        period={state.period}
        today={workspace.today}
        onChange={(period) => change({ period, list: undefined })}
      />
      {seesEveryone && !oneMember && (
        <>
          <Choice
            title="Members"
            options={[...directory.members, { id: NOBODY, name: "Unassigned" }]}
            chosen={people}
            onChange={(ids) => set({ members: ids.filter((id) => id !== NOBODY), unassigned: ids.includes(NOBODY) })}
          />
          <Choice title="Teams" options={directory.teams} chosen={filter.teams} onChange={(teams) => set({ teams })} />
        </>
      )}
      <Choice title="Labels" options={directory.labels} chosen={filter.labels} onChange={(labels) => set({ labels })} />
      <Choice
        title="Channels"
        options={directory.channels}
        chosen={filter.channels}
        onChange={(channels) => set({ channels })}
      />
      {isSet && (
        <button type="button" class="button button-plain" onClick={() => change({ filter: NO_FILTER })}>
          Clear filters
        </button>
      )}
    </search>
  );
}
