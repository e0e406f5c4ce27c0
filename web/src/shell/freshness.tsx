import { freshness } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { useViewer } from "../report/viewer.ts";
import { counted } from "../words/numbers.ts";

/// As of when the figures are, and how many days wait to be rolled up again.
export function Freshness() {
  const { instants, workspace } = useViewer();
  const now = useStore(freshness);
  // Its place is there before it is, so that nothing moves.
  if (!now) return <p class="freshness">{"\u00a0"}</p>;
  const asOf = now.rolledUpAt ? `As of ${describe(now.rolledUpAt)}` : "Nothing has been rolled up yet";
  const pending = now.pendingDays === 0 ? "up to date" : `${counted(now.pendingDays, "day")} pending`;
  return (
    <p class="freshness" role="status" data-generation={now.generation}>
      <span class={now.pendingDays === 0 ? "dot dot-fresh" : "dot dot-pending"} />
      {asOf}, {pending} · {workspace.timezone}
    </p>
  );

  function describe(instant: string): string {
    return instants.day(instant) === workspace.today ? instants.time(instant) : instants.moment(instant);
  }
}
