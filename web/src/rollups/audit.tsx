import { AuditDocument, type AuditQuery } from "../../generated/graphql.ts";
import { usePages } from "../report/use-pages.ts";
import { useViewer } from "../report/viewer.ts";
import { Section } from "../ui/section.tsx";
import { EmptyState, RefusedState } from "../ui/state.tsx";
import { dayRange } from "../words/days.ts";
import { ROLE_NAMES } from "../words/names.ts";
import { count } from "../words/numbers.ts";

type Event = NonNullable<AuditQuery["auditEvents"]>["nodes"][number];

const listOf = (data: AuditQuery) => data.auditEvents;

/// Who did what, newest first.
export function Audit() {
  const { instants } = useViewer();
  const { nodes, loading, hasMore, failure, more } = usePages(AuditDocument, {}, 10, listOf);
  return (
    <Section title="Audit" note="Who did what, newest first">
      {failure && <RefusedState what="The audit" />}
      {!failure && !loading && nodes.length === 0 && <EmptyState title="Nothing yet" />}
      <ul class="audit">
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
      return `imported ${count(details.accepted)} records, ${count(details.rejected)} refused, ${count(details.daysTouched)} days touched`;
  }
}
