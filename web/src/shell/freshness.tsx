import { offlineSince } from "../api/client.ts";
import { freshness } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { useViewer } from "../report/viewer.ts";
import { t } from "../words/language.ts";
import { counted } from "../words/numbers.ts";

/** As of when the figures are, and how many days wait to be rolled up again. */
export function Freshness() {
  const { instants, workspace } = useViewer();
  const now = useStore(freshness);
  const offline = useStore(offlineSince);
  // Its place is there before it is, so that nothing moves.
  if (!now) return <p class="freshness">{"\u00a0"}</p>;
  const asOf = now.rolledUpAt ? t("As of {0}", describe(now.rolledUpAt)) : t("Nothing has been rolled up yet");
  const zone =
    instants.zone === workspace.timezone
      ? workspace.timezone
      : t("times in {0}: those of {1} are not known", instants.zone, workspace.timezone);
  if (offline !== undefined) {
    return (
      <p class="freshness" role="status" data-offline data-generation={now.generation}>
        <span class="dot dot-offline" />
        {t("Offline since {0}", describe(new Date(offline).toISOString()))} · {asOf} · {zone}
      </p>
    );
  }
  const pending = now.pendingDays === 0 ? t("up to date") : t("{0} pending", counted(now.pendingDays, "day"));
  return (
    <p class="freshness" role="status" data-generation={now.generation}>
      <span class={now.pendingDays === 0 ? "dot dot-fresh" : "dot dot-pending"} />
      {asOf}, {pending} · {zone}
    </p>
  );

  function describe(instant: string): string {
    return instants.day(instant) === workspace.today ? instants.time(instant) : instants.moment(instant);
  }
}
