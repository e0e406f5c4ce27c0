import { useEffect } from "preact/hooks";
import { type FiguresFragment, FirstDayDocument } from "../../generated/graphql.ts";
import { ask } from "../api/client.ts";
import { store, useStore } from "../api/store.ts";
import { periodInput } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { addDays, type Days, daysBefore } from "../words/calendar.ts";
import { useViewer } from "./viewer.ts";

/** Figures that others are compared with, their days, and whether they can be compared. */
export interface Before {
  period: Days;
  metrics: FiguresFragment;
  /** False where the period begins before the workspace's first day with figures. */
  comparable: boolean;
  /** That first day, where it is known. */
  firstDay: string | undefined;
}

/** A workspace's first day with figures; null where it has none. */
const known = store<{ workspace: string; day: string | null } | undefined>(undefined);
/** As many days as a period may have. */
const FAR = 3_659;

/** What the report is compared with: the variable to ask for it, and what its answer means. */
export function useComparison() {
  const { workspace, seesEveryone } = useViewer();
  const { state } = useReport();
  const kept = useStore(known);
  const first = kept?.workspace === workspace.id ? kept.day : undefined;
  const { id, today } = workspace;
  useEffect(() => {
    // Roles that see themselves alone may not ask for it.
    if (!seesEveryone || known.get()?.workspace === id) return;
    ask(FirstDayDocument, { days: { from: addDays(today, -FAR), to: today } }).then(({ data }) => {
      if (data?.dailyRollups) known.set({ workspace: id, day: data.dailyRollups.nodes[0]?.day ?? null });
    });
  }, [seesEveryone, id, today]);
  const read = (answer: { period: Days; metrics: FiguresFragment } | null | undefined): Before | undefined =>
    answer
      ? {
          period: answer.period,
          metrics: answer.metrics,
          comparable: first === undefined || (first !== null && first <= answer.period.from),
          firstDay: first ?? undefined,
        }
      : undefined;
  return { before: periodInput(daysBefore(state.period, today, state.against)), read };
}
