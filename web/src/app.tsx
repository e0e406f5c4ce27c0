import { useEffect, useMemo } from "preact/hooks";
import { ShellDocument, type ShellQuery } from "../generated/graphql.ts";
import { follow, noteFreshness } from "./api/live.ts";
import { session } from "./api/session.ts";
import { useStore } from "./api/store.ts";
import { useQuery } from "./api/use-query.ts";
import { InboxPage } from "./inbox/inbox-page.tsx";
import { PerformancePage } from "./performance/performance-page.tsx";
import { ViewerContext, viewerOf } from "./report/viewer.ts";
import { RollupsPage } from "./rollups/rollups-page.tsx";
import { Freshness } from "./shell/freshness.tsx";
import { Header } from "./shell/header.tsx";
import { SignIn, Waiting } from "./shell/sign-in.tsx";
import { EmptyState, ErrorState } from "./ui/state.tsx";
import { followLink, place, replace } from "./url/router.ts";

/// All pages: nobody sees one without a token.
export function App() {
  const now = useStore(session);
  const { path } = useStore(place);
  const embedded = path.startsWith("/embed/");
  if (now.state === "open") return <SignedIn key={now.token} embedded={embedded} />;
  return embedded ? <Waiting ended={now.state === "ended"} /> : <SignIn ended={now.state === "ended"} />;
}

function SignedIn({ embedded }: { embedded: boolean }) {
  const { data, failure, reload } = useQuery(ShellDocument, {});
  useEffect(() => {
    if (data) noteFreshness(data.rollupStatus);
  }, [data]);
  useEffect(follow, []);
  if (!data) return failure ? <ErrorState failure={failure} onRetry={reload} /> : null;
  return <House data={data} embedded={embedded} />;
}

function House({ data, embedded }: { data: ShellQuery; embedded: boolean }) {
  const viewer = useMemo(() => viewerOf(data.viewer), [data.viewer]);
  return (
    <ViewerContext.Provider value={viewer}>
      {/* biome-ignore lint/a11y: links are what is clicked; this keeps them within the page */}
      <div class={embedded ? "house house-embedded" : "house"} onClick={followLink}>
        <a class="skip" href="#main" data-leave>
          Skip to the report
        </a>
        {embedded ? <Freshness /> : <Header />}
        <main id="main" tabIndex={-1}>
          <Room />
        </main>
      </div>
    </ViewerContext.Provider>
  );
}

function Room() {
  const { path } = useStore(place);
  useEffect(() => {
    if (path === "/") replace(`/performance${location.search}`);
  }, [path]);
  switch (path.replace(/^\/embed/, "")) {
    case "/":
    case "/performance":
      return <PerformancePage />;
    case "/inbox":
      return <InboxPage />;
    case "/rollups":
      return <RollupsPage />;
    default:
      return (
        <EmptyState title="There is no such page">
          <a href="/performance">Go to the performance report</a>
        </EmptyState>
      );
  }
}
