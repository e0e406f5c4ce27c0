import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { AttributesDocument, ShellDocument, type ShellQuery } from "../generated/graphql.ts";
import { follow, noteFreshness } from "./api/live.ts";
import { session } from "./api/session.ts";
import { useStore } from "./api/store.ts";
import { useQuery } from "./api/use-query.ts";
import { InboxPage } from "./inbox/inbox-page.tsx";
import { PerformancePage } from "./performance/performance-page.tsx";
import { ASKED_VALUES, AttributesContext } from "./report/use-attributes.ts";
import { ViewerContext, viewerOf } from "./report/viewer.ts";
import { RollupsPage } from "./rollups/rollups-page.tsx";
import { Freshness } from "./shell/freshness.tsx";
import { Header } from "./shell/header.tsx";
import { SignIn, Waiting } from "./shell/sign-in.tsx";
import type { TableOf } from "./tables/table-page.tsx";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { Later } from "./ui/later.tsx";
import { PageTitle } from "./ui/page-title.tsx";
import { ErrorState } from "./ui/state.tsx";
import { parseReport, writeReport } from "./url/report-state.ts";
import { currentLocation, followLink, replace } from "./url/router.ts";
import { t } from "./words/language.ts";

/** All pages: nobody sees one without being signed in. */
export function App() {
  const now = useStore(session);
  const { path } = useStore(currentLocation);
  const embedded = path.startsWith("/embed/");
  if (now.state === "open") return <SignedIn key={now.token ?? ""} embedded={embedded} />;
  if (now.state === "asking") return null;
  return embedded ? <Waiting ended={now.state === "ended"} /> : <SignIn ended={now.state === "ended"} />;
}

function SignedIn({ embedded }: { embedded: boolean }) {
  const { data, failure, reload } = useQuery(ShellDocument, {});
  useEffect(() => {
    if (data) noteFreshness(data.rollupStatus);
  }, [data]);
  useEffect(follow, []);
  if (!data) return failure ? <ErrorState failure={failure} onRetry={reload} /> : null;
  return <Layout data={data} embedded={embedded} />;
}

function Layout({ data, embedded }: { data: ShellQuery; embedded: boolean }) {
  const { path } = useStore(currentLocation);
  const viewer = useMemo(() => viewerOf(data.viewer), [data.viewer]);
  const attributes = useQuery(AttributesDocument, viewer.seesEveryone ? { first: ASKED_VALUES } : undefined);
  return (
    <ViewerContext.Provider value={viewer}>
      <AttributesContext.Provider value={attributes}>
        {/* biome-ignore lint/a11y: links are what is clicked; this keeps them within the page */}
        <div
          class={embedded ? "house house-embedded" : "house"}
          data-clocks={viewer.workspace.businessHours !== null}
          onClick={followLink}
        >
          <a class="skip" href="#main" data-leave>
            {t("Skip to the report")}
          </a>
          {embedded ? <Freshness /> : <Header />}
          <main id="main" tabIndex={-1}>
            <ErrorBoundary key={path === "/" ? "/performance" : path}>
              <Page />
            </ErrorBoundary>
          </main>
        </div>
      </AttributesContext.Provider>
    </ViewerContext.Provider>
  );
}

function Page() {
  const { path, search } = useStore(currentLocation);
  const problem = useMemo(() => parseReport(search).problem, [search]);
  useEffect(() => {
    if (path === "/") replace(`/performance${location.search}`);
  }, [path]);
  const page = path.replace(/^\/embed/, "");
  if (problem && page !== "/rollups") {
    const rest = writeReport(parseReport(search));
    return (
      <Elsewhere title={t("This address can't be shown")}>
        {problem} <a href={path + rest}>{t("Show the last 30 days")}</a>
      </Elsewhere>
    );
  }
  switch (page) {
    case "/":
    case "/performance":
      return <PerformancePage />;
    case "/inbox":
      return <InboxPage />;
    case "/labels":
    case "/channels":
    case "/teams":
    case "/members":
    case "/attributes":
      return <Later load={loadTables} props={{ of: page.slice(1) as TableOf }} />;
    case "/rollups":
      return <RollupsPage />;
    default:
      return (
        <Elsewhere title={t("There is no such page")}>
          {t("Nothing is at {0}.", path)} <a href="/performance">{t("Go to the performance report")}</a>
        </Elsewhere>
      );
  }
}

/** Loaded with the first visit: the first view is small. */
const loadTables = () => import("./tables/table-page.tsx");

/** In place of a page: why it is not there, and the way back. */
function Elsewhere({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="state">
      <PageTitle name={title}>{title}</PageTitle>
      <p>{children}</p>
    </div>
  );
}
