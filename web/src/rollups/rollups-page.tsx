import { useEffect } from "preact/hooks";
import { AdministrationDocument } from "../../generated/graphql.ts";
import { useQuery } from "../api/use-query.ts";
import { useViewer } from "../report/viewer.ts";
import { EmptyState, ErrorState, RefusedState, Skeleton } from "../ui/state.tsx";
import { Audit } from "./audit.tsx";
import { Roles } from "./roles.tsx";
import { Runs } from "./runs.tsx";
import { Status } from "./status.tsx";
import { TimeZone } from "./time-zone.tsx";
import { Tokens } from "./tokens.tsx";

/// How the figures are made, and who may see them. For admins and owners.
export function RollupsPage() {
  const { administers } = useViewer();
  const { data, failure, reload } = useQuery(AdministrationDocument, administers ? {} : undefined);
  useEffect(() => {
    document.title = "Rollups · Caseload";
  }, []);
  if (!administers) return <EmptyState title="Rollups are for admins">Your role may not see this page.</EmptyState>;
  const workspace = data?.workspace;
  return (
    <>
      <div class="report-head">
        <h1>Rollups</h1>
        <p class="quiet">How the figures are made, and who may see them</p>
      </div>
      <Status />
      <Runs />
      {!workspace && (failure ? <ErrorState failure={failure} onRetry={reload} /> : <Skeleton size="table" />)}
      {workspace && (
        <div class="charts">
          {workspace.members ? (
            <Roles members={workspace.members} onChange={reload} />
          ) : (
            <RefusedState what="Members" />
          )}
          <div>
            <TimeZone timezone={workspace.timezone} pending={workspace.pendingTimezone} onChange={reload} />
            {workspace.apiTokens ? (
              <Tokens tokens={workspace.apiTokens} onChange={reload} />
            ) : (
              <RefusedState what="API tokens" />
            )}
          </div>
        </div>
      )}
      <Audit />
    </>
  );
}
