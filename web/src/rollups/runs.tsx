import { useEffect, useState } from "preact/hooks";
import { CancelRunDocument, type RunFragment, RunsDocument, type RunsQuery } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { csv } from "../export/csv.ts";
import { downloadCsv, fileName } from "../export/download.ts";
import { saveAll, usePages } from "../report/use-pages.ts";
import { useViewer } from "../report/viewer.ts";
import { SaveButton } from "../ui/save-button.tsx";
import { Section } from "../ui/section.tsx";
import { EmptyState, FailureState, Skeleton } from "../ui/state.tsx";
import { dayRange } from "../words/days.ts";
import { count, counted, duration, NONE } from "../words/numbers.ts";
import { Rebuild } from "./rebuild.tsx";
import { isActive, useProgress } from "./use-progress.ts";

const listOf = (data: RunsQuery) => data.rollupRuns;

const KINDS = { NIGHTLY: "Nightly", REFRESH: "Refresh", REBUILD: "Rebuild" } as const;
const STATES = {
  QUEUED: "Queued",
  RUNNING: "Running",
  SUCCEEDED: "Done",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
} as const;

/// The runs, newest first; those under way with their progress.
export function Runs({ onChange, onReady }: { onChange: () => void; onReady: () => void }) {
  const [asking, setAsking] = useState(false);
  const { nodes, loading, hasMore, failure, more, reload } = usePages(RunsDocument, {}, 10, listOf);
  useEffect(() => {
    if (!loading) onReady();
  }, [loading, onReady]);
  const changed = () => {
    reload();
    onChange();
  };
  const save = () => saveAll(RunsDocument, {}, listOf, saveRuns);
  const actions = (
    <>
      <SaveButton what="runs" onSave={save} />
      <button type="button" class="button" onClick={() => setAsking(true)}>
        Rebuild…
      </button>
    </>
  );
  return (
    <Section title="Runs" actions={actions} note="What is read now stays until a run has ended, and switches at once">
      {failure && <FailureState what="Runs" failure={failure} onRetry={reload} />}
      {loading && nodes.length === 0 && <Skeleton size="chart" />}
      {!failure && !loading && nodes.length === 0 && <EmptyState title="Nothing has run yet" />}
      <ul class="runs" aria-busy={loading}>
        {nodes.map((run) => (
          <Run key={run.id} run={run} onEnd={changed} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="button" disabled={loading} onClick={more}>
          Show more
        </button>
      )}
      {asking && <Rebuild onClose={() => setAsking(false)} onBegun={changed} />}
    </Section>
  );
}

function Run({ run: given, onEnd }: { run: RunFragment; onEnd: () => void }) {
  const { instants } = useViewer();
  const run = useProgress(given, onEnd);
  const cancel = useChange(CancelRunDocument, onEnd);
  const active = isActive(run);
  const days = `${count(run.daysDone)} of ${counted(run.daysTotal, "day")}`;
  return (
    <li class="run" data-state={run.state} data-run={run.id}>
      <span class={`run-state run-${run.state.toLowerCase()}`}>{STATES[run.state]}</span>
      <div class="run-what">
        <strong>{KINDS[run.kind]}</strong>{" "}
        {run.range
          ? dayRange(run.range.from, run.range.to)
          : run.kind === "REBUILD"
            ? "of everything"
            : "of changed days"}
        <p class="quiet">
          {instants.moment(run.queuedAt)}
          {run.requestedBy && ` · asked for by ${run.requestedBy.name}`}
          {run.error && <span class="run-error"> · {run.error}</span>}
        </p>
      </div>
      <div class="run-days">
        {active ? (
          <label>
            <span>{days}</span>
            <progress max={Math.max(1, run.daysTotal)} value={run.daysDone} />
          </label>
        ) : (
          <span>{days}</span>
        )}
        <p class="quiet">
          {counted(run.factsRead, "fact")} in {took(run)}
        </p>
      </div>
      {active && (
        <button type="button" class="button" disabled={cancel.busy} onClick={() => cancel.run({ id: run.id })}>
          Cancel
        </button>
      )}
    </li>
  );
}

function saveRuns(runs: RunFragment[]): void {
  const heads = ["id", "kind", "state", "from", "to", "asked_by", "days", "days_done", "facts"];
  const rows = runs.map((run) => [
    ...[run.id, run.kind.toLowerCase(), run.state.toLowerCase(), run.range?.from, run.range?.to, run.requestedBy?.name],
    ...[run.daysTotal, run.daysDone, run.factsRead, run.queuedAt, run.startedAt, run.finishedAt, run.error],
  ]);
  downloadCsv(fileName("runs"), csv([...heads, "queued_at", "started_at", "finished_at", "error"], rows));
}

function took({ startedAt, finishedAt }: RunFragment): string {
  if (!startedAt || !finishedAt) return NONE;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return seconds < 1 ? "less than a second" : duration(seconds);
}
