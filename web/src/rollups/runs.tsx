import { useState } from "preact/hooks";
import { CancelRunDocument, type RunFragment, RunsDocument, type RunsQuery } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { usePages } from "../report/use-pages.ts";
import { useViewer } from "../report/viewer.ts";
import { Section } from "../ui/section.tsx";
import { EmptyState, RefusedState, Skeleton } from "../ui/state.tsx";
import { dayRange } from "../words/days.ts";
import { count, duration, NONE } from "../words/numbers.ts";
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
export function Runs() {
  const [asking, setAsking] = useState(false);
  const { nodes, loading, hasMore, failure, more, reload } = usePages(RunsDocument, {}, 10, listOf);
  if (failure) return <RefusedState what="Runs" />;
  const rebuild = (
    <button type="button" class="button" onClick={() => setAsking(true)}>
      Rebuild…
    </button>
  );
  return (
    <Section title="Runs" actions={rebuild} note="What is read now stays until a run has ended, and switches at once">
      {loading && nodes.length === 0 && <Skeleton size="chart" />}
      {!loading && nodes.length === 0 && <EmptyState title="Nothing has run yet" />}
      <ul class="runs">
        {nodes.map((run) => (
          <Run key={run.id} run={run} onEnd={reload} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="button" disabled={loading} onClick={more}>
          Show more
        </button>
      )}
      {asking && <Rebuild onClose={() => setAsking(false)} onBegun={reload} />}
    </Section>
  );
}

function Run({ run: given, onEnd }: { run: RunFragment; onEnd: () => void }) {
  const { instants } = useViewer();
  const run = useProgress(given, onEnd);
  const cancel = useChange(CancelRunDocument, onEnd);
  const active = isActive(run);
  const days = `${count(run.daysDone)} of ${count(run.daysTotal)} ${run.daysTotal === 1 ? "day" : "days"}`;
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
          {count(run.factsRead)} facts in {took(run)}
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

function took({ startedAt, finishedAt }: RunFragment): string {
  if (!startedAt || !finishedAt) return NONE;
  return duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
}
