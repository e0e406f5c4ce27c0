import { Component, type ComponentChildren } from "preact";
import { t } from "../words/language.ts";

interface ErrorBoundaryProps {
  children: ComponentChildren;
}

interface ErrorBoundaryState {
  failed: boolean;
}

/**
 * What is beneath it, or, where drawing that failed, a page that says so and offers ways out: the same page anew, or the
 * report without what the address says. The error itself goes to the browser's console.
 */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { failed: false };

  static override getDerivedStateFromError(): ErrorBoundaryState {
    return { failed: true };
  }

  override componentDidCatch(error: unknown) {
    console.error(error);
  }

  render({ children }: ErrorBoundaryProps, { failed }: ErrorBoundaryState) {
    if (!failed) return children;
    return (
      <div class="state state-error" role="alert" data-state="failed">
        <strong>{t("This page could not be shown")}</strong>
        <p>{t("An error in the dashboard stopped it. Your figures are not affected.")}</p>
        <p class="row">
          <button type="button" class="button button-main" onClick={() => this.setState({ failed: false })}>
            {t("Try again")}
          </button>
          <button type="button" class="button" onClick={() => location.reload()}>
            {t("Load the page again")}
          </button>
          {/* The whole page is loaded: what failed may still be in memory. */}
          <a class="button" href="/performance" data-leave>
            {t("Go to the performance report")}
          </a>
        </p>
      </div>
    );
  }
}
