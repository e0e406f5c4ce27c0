import { render } from "preact";
import { restoreSession } from "./api/session.ts";
import { App } from "./app.tsx";
import { startTheme } from "./shell/theme.ts";
import "./styles/theme.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/report.css";
import "./styles/rollups.css";

restoreSession();
startTheme();
const root = document.getElementById("app");
if (root) render(<App />, root);
