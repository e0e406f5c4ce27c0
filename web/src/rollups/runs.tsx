import { useEffect, useState } from "preact/hooks";
import { CancelRunDocument, type RunFragment, RunsDocument, type RunsQuery } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { fileName } from "../export/download.ts";
import { columnsOf, type FileTable } from "../export/table.ts";
import { allRows, usePages } from "../report/use-pages.ts";
import { useViewer } from "../report/viewer.ts";
import { SaveButtons } from "../ui/save-button.tsx";
import { Section } from "../ui/section.tsx";
import { EmptyState, FailureState, Skeleton } from "../ui/state.tsx";
import { dayRange } from "../words/days.ts";
import { t } from "../words/language.ts";
import { count, counted, duration, NONE } from "../words/numbers.ts";
import { Rebuild } from "./rebuild.tsx";
import { isActive, useProgress } from "./use-progress.ts";

const listOf = (data: RunsQuery) => data.rollupRuns;

const KINDS = { NIGHTLY: t("Nightly"), REFRESH: t("Refresh"), REBUILD: t("Rebuild") } as const;
const STATES = {
  QUEUED: t("Queued"),
  RUNNING: t("Running"),
  SUCCEEDED: t("Done"),
  FAILED: t("Failed"),
  CANCELLED: t("Cancelled"),
} as const;

/** The runs, newest first; those under way with their progress. */
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
  const actions = (
    <>
      <SaveButtons what="runs" file={fileName("runs")} rows={() => allRows(RunsDocument, {}, listOf, runsTable)} />
      <button type="button" class="button" onClick={() => setAsking(true)}>
        {t("Rebuild…")}
      </button>
    </>
  );
  return (
    <Section
      title={t("Runs")}
      actions={actions}
      note={t("What is read now stays until a run has ended, and switches at once")}
    >
      {failure && <FailureState what={t("Runs")} failure={failure} onRetry={reload} />}
      {loading && nodes.length === 0 && <Skeleton size="chart" />}
      {!failure && !loading && nodes.length === 0 && <EmptyState title={t("Nothing has run yet")} />}
      <ul class="runs" aria-busy={loading}>
        {nodes.map((run) => (
          <Run key={run.id} run={run} onEnd={changed} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="button" disabled={loading} onClick={more}>
          {t("Show more")}
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
  const days = t("{0} of {1}", count(run.daysDone), counted(run.daysTotal, "day"));
  return (
    <li class="run" data-state={run.state} data-run={run.id}>
      <span class={`run-state run-${run.state.toLowerCase()}`}>{STATES[run.state]}</span>
      <div class="run-what">
        <strong>{KINDS[run.kind]}</strong>{" "}
        {run.range
          ? dayRange(run.range.from, run.range.to)
          : run.kind === "REBUILD"
            ? t("of everything")
            : t("of changed days")}
        <p class="quiet">
          {instants.moment(run.queuedAt)}
          {run.requestedBy && t(" · asked for by {0}", run.requestedBy.name)}
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
        <p class="quiet">{t("{0} in {1}", counted(run.factsRead, "fact"), took(run))}</p>
      </div>
      {active && (
        <button type="button" class="button" disabled={cancel.busy} onClick={() => cancel.run({ id: run.id })}>
          {t("Cancel")}
        </button>
      )}
    </li>
  );
}

function runsTable(runs: RunFragment[]): FileTable {
  return {
    columns: [
      ...columnsOf("text", "id", "kind", "state"),
      ...columnsOf("day", "from", "to"),
      ...columnsOf("text", "asked_by"),
      ...columnsOf("number", "days", "days_done", "facts"),
      ...columnsOf("instant", "queued_at", "started_at", "finished_at"),
      ...columnsOf("text", "error"),
    ],
    rows: runs.map((run) => [
      run.id,
      run.kind.toLowerCase(),
      run.state.toLowerCase(),
      run.range?.from,
      run.range?.to,
      run.requestedBy?.name,
      run.daysTotal,
      run.daysDone,
      run.factsRead,
      run.queuedAt,
      run.startedAt,
      run.finishedAt,
      run.error,
    ]),
  };
}

function took({ startedAt, finishedAt }: RunFragment): string {
  if (!startedAt || !finishedAt) return NONE;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return seconds < 1 ? t("less than a second") : duration(seconds);
}
