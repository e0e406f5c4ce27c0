import type { Clock } from "../../generated/graphql.ts";
import { useReport } from "../url/use-report.ts";
import { useViewer } from "./viewer.ts";

/** By which clock the report's durations are, and whether the workspace has another one. */
export function useClock(): { clock: Clock; hasChoice: boolean } {
  const { workspace } = useViewer();
  const { clock } = useReport().state;
  const hasChoice = workspace.businessHours !== null;
  return { clock: hasChoice ? clock : "CALENDAR", hasChoice };
}
