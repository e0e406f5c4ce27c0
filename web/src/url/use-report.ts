import { useCallback, useMemo } from "preact/hooks";
import { useStore } from "../api/store.ts";
import { parseReport, type ReportState, writeReport } from "./report-state.ts";
import { currentLocation, go } from "./router.ts";

/** What the address says about the report, and how to change it. */
export interface Report {
  state: ReportState;
  /** The address with that changed: for links. */
  href: (change: Partial<ReportState>) => string;
  change: (change: Partial<ReportState>) => void;
}

/** The report that the address names. */
export function useReport(): Report {
  const { path, search } = useStore(currentLocation);
  const state = useMemo(() => parseReport(search), [search]);
  const href = useCallback(
    (change: Partial<ReportState>) => path + writeReport({ ...state, ...change }),
    [path, state],
  );
  const change = useCallback((next: Partial<ReportState>) => go(href(next)), [href]);
  return { state, href, change };
}
