import type { ComponentChildren } from "preact";
import type { Failure } from "../api/client.ts";

/// What went wrong, in words, and what to do.
export function ErrorState({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  return (
    <div class="state state-error" role="alert">
      <strong>{TITLES[failure.code] ?? "Something went wrong"}</strong>
      <p>{failure.message}</p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

/// Why a part of a page is not there: it may not be read, or went wrong.
export function FailureState(props: { what: string; failure: Failure; onRetry: () => void }) {
  if (props.failure.code === "FORBIDDEN") return <RefusedState what={props.what} />;
  return <ErrorState failure={props.failure} onRetry={props.onRetry} />;
}

/// The figures that are shown stay, newer ones could not be read. Above the page, so that nothing in it moves.
export function Missed({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  return (
    <div class="missed" role="alert">
      <span>
        <strong>{TITLES[failure.code] ?? "Something went wrong"}.</strong> What is shown was read before.
      </span>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

/// Nothing to show, and why.
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}

/// A part that the viewer's token may not read, within a page that it may.
export function RefusedState({ what }: { what: string }) {
  return (
    <div class="state" data-state="refused">
      <strong>{what} can't be shown</strong>
      <p>Your role or token may not read this. Everything else on this page is complete.</p>
    </div>
  );
}

/// The place of something that is on its way, as large as what will come.
export function Skeleton({ size }: { size: "card" | "chart" | "table" | "line" }) {
  return <div class={`skeleton skeleton-${size}`} aria-hidden="true" />;
}

const TITLES: Record<string, string> = {
  NETWORK: "Caseload can't be reached",
  FORBIDDEN: "Your role may not see this",
  NOT_FOUND: "There is nothing here",
  BAD_USER_INPUT: "This can't be answered",
  QUERY_TOO_COMPLEX: "That is too much at once",
  TIMEOUT: "That took too long",
  RATE_LIMITED: "Too many questions at once",
  UNAVAILABLE: "Caseload is busy",
};
