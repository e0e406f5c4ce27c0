import type { FiguresFragment } from "../../generated/graphql.ts";
import { periodInput } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { type Days, daysBefore } from "../words/calendar.ts";
import { useViewer } from "./viewer.ts";

/** Figures that others are compared with, their days, and whether they can be compared. */
export interface Before {
  period: Days;
  metrics: FiguresFragment;
  /** False where the period begins before the workspace's first day. */
  comparable: boolean;
  /** That first day; null where nothing counts on any day. */
  firstDay: string | null;
}

/** What the report is compared with: the variable to ask for it, and what its answer means. */
export function useComparison() {
  const { workspace } = useViewer();
  const { state } = useReport();
  const { today, firstDay } = workspace;
  const read = (answer: { period: Days; metrics: FiguresFragment } | null | undefined): Before | undefined =>
    answer
      ? {
          period: answer.period,
          metrics: answer.metrics,
          comparable: firstDay !== null && firstDay <= answer.period.from,
          firstDay,
        }
      : undefined;
  return { before: periodInput(daysBefore(state.period, today, state.against)), read };
}
