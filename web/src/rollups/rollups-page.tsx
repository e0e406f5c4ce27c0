import { useCallback, useState } from "preact/hooks";
import { AdministrationDocument, type AdministrationQuery } from "../../generated/graphql.ts";
import { freshness } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { useQuery } from "../api/use-query.ts";
import { useViewer } from "../report/viewer.ts";
import { PageTitle } from "../ui/page-title.tsx";
import { EmptyState, ErrorState, RefusedState, Skeleton } from "../ui/state.tsx";
import { t } from "../words/language.ts";
import { Audit } from "./audit.tsx";
import { Roles } from "./roles.tsx";
import { Runs } from "./runs.tsx";
import { Status } from "./status.tsx";
import { TimeZone } from "./time-zone.tsx";
import { Tokens } from "./tokens.tsx";

type Workspace = AdministrationQuery["workspace"];

/** How the figures are made, and who may see them. For admins and owners. */
export function RollupsPage() {
  const { administers } = useViewer();
  if (!administers)
    return <EmptyState title={t("This page is for admins")}>{t("Your role may not see this page.")}</EmptyState>;
  return (
    <>
      <div class="report-head">
        <PageTitle name={t("Admin")}>{t("Admin")}</PageTitle>
        <p class="quiet">{t("How the figures are made, and who may see them")}</p>
      </div>
      <Panels />
    </>
  );
}

/** All parts at once, when all of them are there: how long their lists are is not known before, and nothing is to move. */
function Panels() {
  const { data, failure, reload } = useQuery(AdministrationDocument, {});
  const now = useStore(freshness);
  const [changes, setChanges] = useState(0);
  const [runsAreThere, setRunsAreThere] = useState(false);
  const [auditIsThere, setAuditIsThere] = useState(false);
  const onRuns = useCallback(() => setRunsAreThere(true), []);
  const onAudit = useCallback(() => setAuditIsThere(true), []);
  const workspace = data?.workspace;
  const changed = () => {
    reload();
    setChanges((count) => count + 1);
  };
  const ready = now !== undefined && runsAreThere && auditIsThere && (workspace || failure);
  return (
    <>
      {!ready && (
        <div aria-busy="true">
          <Skeleton size="table" />
        </div>
      )}
      <div hidden={!ready}>
        {now && <Status now={now} />}
        <Runs onChange={changed} onReady={onRuns} />
        {!workspace && failure && <ErrorState failure={failure} onRetry={reload} />}
        <div class="charts">
          <div>{workspace && <People workspace={workspace} onChange={changed} />}</div>
          <div>
            {workspace && <Machines workspace={workspace} onChange={changed} />}
            <Audit changes={changes} onReady={onAudit} />
          </div>
        </div>
      </div>
    </>
  );
}

interface AdministrationProps {
  workspace: Workspace;
  onChange: () => void;
}

function People({ workspace: { members }, onChange }: AdministrationProps) {
  return members ? <Roles members={members} onChange={onChange} /> : <RefusedState what={t("Members")} />;
}

function Machines({ workspace: { timezone, pendingTimezone, apiTokens }, onChange }: AdministrationProps) {
  return (
    <>
      <TimeZone timezone={timezone} pending={pendingTimezone} onChange={onChange} />
      {apiTokens ? <Tokens tokens={apiTokens} onChange={onChange} /> : <RefusedState what={t("API tokens")} />}
    </>
  );
}
