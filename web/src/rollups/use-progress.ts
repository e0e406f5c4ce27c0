import { useEffect, useState } from "preact/hooks";
import { ProgressDocument, type RunFragment } from "../../generated/graphql.ts";
import { watch } from "../api/client.ts";

/** Whether a run has yet to end. */
export function isActive(run: RunFragment): boolean {
  return run.state === "QUEUED" || run.state === "RUNNING";
}

/** The run as it goes on, for as long as it does; `onEnd` comes when it has ended. */
export function useProgress(run: RunFragment, onEnd: () => void): RunFragment {
  const [latest, setLatest] = useState(run);
  const active = isActive(run);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run is watched once, by its id
  useEffect(() => {
    setLatest(run);
    if (!active) return;
    const take = (next: RunFragment) => {
      setLatest(next);
      if (!isActive(next)) onEnd();
    };
    return watch(ProgressDocument, { id: run.id }, (data) => take(data.rollupRun), onEnd);
  }, [run.id, active]);
  return active ? latest : run;
}
