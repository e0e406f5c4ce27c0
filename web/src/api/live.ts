import { FreshnessDocument, type FreshnessFragment } from "../../generated/graphql.ts";
import { ask } from "./client.ts";
import { session } from "./session.ts";
import { store } from "./store.ts";

/// How often freshness is asked for: as often as the server refreshes figures by default.
const POLL_MS = 30_000;

/// How fresh the figures are; nothing before the first answer.
export const freshness = store<FreshnessFragment | undefined>(undefined);

/// Grows whenever new figures can be read. What shows figures asks again then.
export const tick = store(0);

/// Takes note of what the server says about its figures.
export function noteFreshness(next: FreshnessFragment): void {
  const known = freshness.get();
  freshness.set(next);
  if (known && known.generation !== next.generation) tick.set(tick.get() + 1);
}

/// Follows the figures' freshness until the function that it returns is called.
export function follow(): () => void {
  const poll = async () => {
    if (document.visibilityState === "hidden" || session.get().state !== "open") return;
    const { data } = await ask(FreshnessDocument, {});
    if (data) noteFreshness(data.rollupStatus);
  };
  const polling = setInterval(poll, POLL_MS);
  return () => clearInterval(polling);
}
