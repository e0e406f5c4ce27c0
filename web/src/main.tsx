import { render } from "preact";
import { restoreSession } from "./api/session.ts";
import { App } from "./app.tsx";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { startTheme } from "./ui/theme.ts";
import { language } from "./words/language.ts";
import "./styles/theme.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/report.css";
import "./styles/rollups.css";
import "./styles/print.css";

document.documentElement.lang = language;
restoreSession();
startTheme();
const root = document.getElementById("app");
if (root)
  render(
    <ErrorBoundary>
      <App />
    </ErrorBoundary>,
    root,
  );
