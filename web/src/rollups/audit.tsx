import { useEffect } from "preact/hooks";
import { AuditDocument, type AuditQuery } from "../../generated/graphql.ts";
import { csv } from "../export/csv.ts";
import { downloadCsv, fileName } from "../export/download.ts";
import { saveAll, usePages } from "../report/use-pages.ts";
import { useViewer } from "../report/viewer.ts";
import { SaveButton } from "../ui/save-button.tsx";
import { Section } from "../ui/section.tsx";
import { EmptyState, FailureState } from "../ui/state.tsx";
import { dayRange } from "../words/days.ts";
import { ROLE_NAMES } from "../words/names.ts";
import { count, counted } from "../words/numbers.ts";

type Event = NonNullable<AuditQuery["auditEvents"]>["nodes"][number];

const listOf = (data: AuditQuery) => data.auditEvents;

/// Who did what, newest first; read again with each of the `changes` made on this page.
export function Audit({ changes, onReady }: { changes: number; onReady: () => void }) {
  const { instants } = useViewer();
  const { nodes, loading, hasMore, failure, more, reload } = usePages(AuditDocument, {}, 10, listOf);
  useEffect(() => {
    if (!loading) onReady();
  }, [loading, onReady]);
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes, reload]);
  const save = () => saveAll(AuditDocument, {}, listOf, saveAudit);
  return (
    <Section title="Audit" note="Who did what, newest first" actions={<SaveButton what="the audit" onSave={save} />}>
      {failure && <FailureState what="The audit" failure={failure} onRetry={reload} />}
      {!failure && !loading && nodes.length === 0 && <EmptyState title="Nothing yet" />}
      <ul class="audit" aria-busy={loading}>
        {nodes.map((event) => (
          <li key={event.id} data-action={event.action}>
            <time dateTime={event.at} class="quiet">
              {instants.moment(event.at)}
            </time>
            <span>
              <strong>{actor(event)}</strong> {deed(event)}
            </span>
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="button" disabled={loading} onClick={more}>
          Show more
        </button>
      )}
    </Section>
  );
}

function saveAudit(events: Event[]): void {
  const rows = events.map((event) => [event.id, event.at, event.action.toLowerCase(), actor(event), deed(event)]);
  downloadCsv(fileName("audit"), csv(["id", "at", "action", "by", "what"], rows));
}

function actor({ by }: Event): string {
  if (by.operator) return "The operator";
  return by.member?.name ?? (by.apiToken ? `The token ${by.apiToken.name}` : "Someone who is gone");
}

function deed({ action, details }: Event): string {
  switch (details.__typename) {
    case "RoleChange":
      return `made ${details.member?.name ?? "a member"} ${ROLE_NAMES[details.toRole].toLowerCase()}${details.fromRole ? `, before ${ROLE_NAMES[details.fromRole].toLowerCase()}` : ""}`;
    case "TokenChange":
      return `${action === "TOKEN_CREATED" ? "made" : "revoked"} the API token ${details.apiToken?.name ?? ""}`;
    case "ZoneRequest":
      return `asked for the time zone ${details.toZone}, before ${details.fromZone}`;
    case "RunRequest": {
      const what = details.range ? dayRange(details.range.from, details.range.to) : "everything";
      return action === "RUN_CANCELLED" ? "cancelled a run" : `asked to rebuild ${what}`;
    }
    case "ImportCounts":
      return `imported ${counted(details.accepted, "record")}, ${count(details.rejected)} refused, ${counted(details.daysTouched, "day")} touched`;
  }
}
