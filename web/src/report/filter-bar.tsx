import { Choice } from "../ui/choice.tsx";
import { Select } from "../ui/select.tsx";
import { type FilterChoice, NO_FILTER } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { t } from "../words/language.ts";
import { AttributeChoices } from "./attribute-choice.tsx";
import { ClockSwitch } from "./clock-switch.tsx";
import { PeriodPicker } from "./period-picker.tsx";
import { PrintHead } from "./print-head.tsx";
import type { Directory } from "./use-directory.ts";
import { useViewer } from "./viewer.ts";

const AGAINST = [
  { id: "PERIOD", name: t("the period before") },
  { id: "YEAR_BEFORE", name: t("the year before") },
] as const;
/** Stands for "credited to nobody" among members. */
const NOBODY = "\u0000";

/** Period and filters, the same on every report. */
export function FilterBar({ directory, oneMember }: { directory: Directory; oneMember: boolean }) {
  const { workspace, seesEveryone } = useViewer();
  const { state, change } = useReport();
  const { filter } = state;
  const set = (next: Partial<FilterChoice>) => change({ filter: { ...filter, ...next } });
  const people = filter.unassigned ? [...filter.members, NOBODY] : filter.members;
  // On a member's page too: what is not offered there still holds on the page that one goes back to.
  const lists = [people, filter.teams, filter.labels, filter.channels, filter.attributes];
  const isSet = lists.some((list) => list.length > 0);
  const isScored = state.score !== undefined || state.commented;
  return (
    <>
      <PrintHead directory={directory} />
      <search class="filter-bar" aria-label={t("Period and filters")}>
        <PeriodPicker
          period={state.period}
          today={workspace.today}
          onChange={(period) => change({ period, list: undefined })}
        />
        {seesEveryone && !oneMember && (
          <>
            <Choice
              title={t("Members")}
              options={[...directory.members, { id: NOBODY, name: t("Unassigned") }]}
              chosen={people}
              onChange={(ids) => set({ members: ids.filter((id) => id !== NOBODY), unassigned: ids.includes(NOBODY) })}
            />
            <Choice
              title={t("Teams")}
              options={directory.teams}
              chosen={filter.teams}
              onChange={(teams) => set({ teams })}
            />
          </>
        )}
        <Choice
          title={t("Labels")}
          options={directory.labels}
          chosen={filter.labels}
          onChange={(labels) => set({ labels })}
        />
        <Choice
          title={t("Channels")}
          options={directory.channels}
          chosen={filter.channels}
          onChange={(channels) => set({ channels })}
        />
        {seesEveryone && <AttributeChoices />}
        <Select
          title={t("Compared with")}
          options={AGAINST}
          chosen={state.against}
          onChoose={(against) => change({ against })}
        />
        <ClockSwitch />
        {(isSet || isScored) && (
          <button
            type="button"
            class="button button-plain"
            onClick={() => change({ filter: NO_FILTER, score: undefined, commented: false })}
          >
            {t("Clear filters")}
          </button>
        )}
      </search>
    </>
  );
}
