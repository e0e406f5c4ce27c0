import type { ComponentChildren } from "preact";
import type { Failure } from "../api/client.ts";
import { t } from "../words/language.ts";

/** What went wrong, in words, and what to do. */
export function ErrorState({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  return (
    <div class="state state-error" role="alert">
      <strong>{TITLES[failure.code] ?? t("Something went wrong")}</strong>
      <p>{failure.message}</p>
      <button type="button" class="button" onClick={onRetry}>
        {t("Try again")}
      </button>
    </div>
  );
}

/** Why a part of a page is not there: it may not be read, or went wrong. */
export function FailureState(props: { what: string; failure: Failure; onRetry: () => void }) {
  if (props.failure.code === "FORBIDDEN") return <RefusedState what={props.what} />;
  return <ErrorState failure={props.failure} onRetry={props.onRetry} />;
}

/** The figures that are shown stay, newer ones could not be read. Above the page, so that nothing in it moves. */
export function Missed({
  failure,
  since,
  onRetry,
}: {
  failure: Failure;
  since?: string | undefined;
  onRetry: () => void;
}) {
  const title = since ? t("Offline since {0}", since) : (TITLES[failure.code] ?? t("Something went wrong"));
  return (
    <div class="missed" role="alert">
      <span>
        <strong>{title}.</strong> {t("What is shown was read before.")}
      </span>
      <button type="button" class="button" onClick={onRetry}>
        {t("Try again")}
      </button>
    </div>
  );
}

/** A list whose figures changed between two of its pages. */
export function ReadAgain() {
  return (
    <p class="quiet" role="status">
      {t("The figures changed meanwhile. The list was read again from its beginning.")}
    </p>
  );
}

/** Nothing to show, and why. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}

/** A part that the viewer's token may not read, within a page that it may. */
export function RefusedState({ what }: { what: string }) {
  return (
    <div class="state" data-state="refused">
      <strong>{t("{0} can't be shown", what)}</strong>
      <p>{t("Your role or token may not read this. Everything else on this page is complete.")}</p>
    </div>
  );
}

/** The place of something that is on its way, as large as what will come. */
export function Skeleton({ size }: { size: "card" | "chart" | "table" | "line" }) {
  return <div class={`skeleton skeleton-${size}`} aria-hidden="true" />;
}

const TITLES: Record<string, string> = {
  NETWORK: t("Caseload can't be reached"),
  FORBIDDEN: t("Your role may not see this"),
  NOT_FOUND: t("There is nothing here"),
  BAD_USER_INPUT: t("This can't be answered"),
  QUERY_TOO_COMPLEX: t("That is too much at once"),
  TIMEOUT: t("That took too long"),
  RATE_LIMITED: t("Too many questions at once"),
  UNAVAILABLE: t("Caseload is busy"),
  CHANGING: t("The figures keep changing"),
};
