import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { PageSkeleton } from "./skeleton.tsx";

interface LaterProps<Props> {
  /** The same function each time. */
  load: () => Promise<{ default: ComponentType<Props> }>;
  props: Props;
}

/** A part of the dashboard that is loaded when it is shown first. */
export function Later<Props extends object>({ load, props }: LaterProps<Props>) {
  const [Loaded, setLoaded] = useState<ComponentType<Props>>();
  const [failed, setFailed] = useState<{ error: unknown }>();
  useEffect(() => {
    let current = true;
    load().then(
      (module) => current && setLoaded(() => module.default),
      (error: unknown) => current && setFailed({ error }),
    );
    return () => {
      current = false;
    };
  }, [load]);
  // For the error boundary, which offers to load the page again: after an update of the server its files have other names.
  if (failed) throw failed.error;
  return Loaded ? <Loaded {...props} /> : <PageSkeleton cards={0} />;
}
