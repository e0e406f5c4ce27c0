import { FreshnessDocument, type FreshnessFragment, RollupStatusDocument } from "../../generated/graphql.ts";
import { ask, closed, offlineSince, watch } from "./client.ts";
import { session } from "./session.ts";
import { store } from "./store.ts";

/** How often freshness is asked for where it can't be watched: as often as the server refreshes figures by default. */
const POLL_MS = 30_000;

/** How often a server that is gone is asked whether it is back. */
const RETRY_MS = 5_000;

/** How fresh the figures are; nothing before the first answer. */
export const freshness = store<FreshnessFragment | undefined>(undefined);

/** Grows whenever new figures can be read. What shows figures asks again then. */
export const dataVersion = store(0);

/** Takes note of what the server says about its figures. */
export function noteFreshness(next: FreshnessFragment): void {
  const known = freshness.get();
  freshness.set(next);
  if (known && known.generation !== next.generation) dataVersion.set(dataVersion.get() + 1);
}

/**
 * Follows the figures' freshness until the function that it returns is called: over the subscription, or by asking now
 * and then where sockets don't get through.
 */
export function follow(): () => void {
  let polling: ReturnType<typeof setInterval> | undefined;
  const poll = async () => {
    if (document.visibilityState === "hidden" || session.get().state !== "open") return;
    const { data } = await ask(FreshnessDocument, {});
    if (data) noteFreshness(data.rollupStatus);
  };
  const stop = watch(
    RollupStatusDocument,
    {},
    (data) => noteFreshness(data.rollupStatus),
    () => {
      polling ??= setInterval(poll, POLL_MS);
    },
  );
  // Whether the server is there is asked at once when the socket closes, and then until it answers.
  const noticed = closed.subscribe(poll);
  const retrying = setInterval(() => {
    if (offlineSince.get() !== undefined) poll();
  }, RETRY_MS);
  const back = offlineSince.subscribe(() => {
    if (offlineSince.get() === undefined) dataVersion.set(dataVersion.get() + 1);
  });
  return () => {
    stop();
    noticed();
    back();
    clearInterval(retrying);
    clearInterval(polling);
  };
}
