import { useEffect } from "preact/hooks";
import { AuditDocument, type AuditQuery } from "../../generated/graphql.ts";
import { fileName } from "../export/download.ts";
import { columnsOf, type FileTable } from "../export/table.ts";
import { allRows, usePages } from "../report/use-pages.ts";
import { useViewer } from "../report/viewer.ts";
import { SaveButtons } from "../ui/save-button.tsx";
import { Section } from "../ui/section.tsx";
import { EmptyState, FailureState } from "../ui/state.tsx";
import { dayRange } from "../words/days.ts";
import { noun, t, within } from "../words/language.ts";
import { ROLE_NAMES } from "../words/names.ts";
import { count, counted } from "../words/numbers.ts";

type Event = NonNullable<AuditQuery["auditEvents"]>["nodes"][number];

const listOf = (data: AuditQuery) => data.auditEvents;

/** Who did what, newest first; read again with each of the `changes` made on this page. */
export function Audit({ changes, onReady }: { changes: number; onReady: () => void }) {
  const { instants } = useViewer();
  const { nodes, loading, hasMore, failure, more, reload } = usePages(AuditDocument, {}, 10, listOf);
  useEffect(() => {
    if (!loading) onReady();
  }, [loading, onReady]);
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes, reload]);
  const save = (
    <SaveButtons
      what={t("the audit")}
      file={fileName("audit")}
      rows={() => allRows(AuditDocument, {}, listOf, auditTable)}
    />
  );
  return (
    <Section title={t("Audit")} note={t("Who did what, newest first")} actions={save}>
      {failure && <FailureState what={t("The audit")} failure={failure} onRetry={reload} />}
      {!failure && !loading && nodes.length === 0 && <EmptyState title={t("Nothing yet")} />}
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
          {t("Show more")}
        </button>
      )}
    </Section>
  );
}

function auditTable(events: Event[]): FileTable {
  return {
    columns: [...columnsOf("text", "id"), ...columnsOf("instant", "at"), ...columnsOf("text", "action", "by", "what")],
    rows: events.map((event) => [event.id, event.at, event.action.toLowerCase(), actor(event), deed(event, IN_FILES)]),
  };
}

function actor({ by }: Event): string {
  if (by.operator) return t("The operator");
  return by.member?.name ?? (by.apiToken ? t("The token {0}", by.apiToken.name) : t("Someone who is gone"));
}

/** How days and numbers are written: for the reader, and in files the same whoever reads them. */
const ON_PAGES = { days: dayRange, count, counted };
const IN_FILES: typeof ON_PAGES = {
  days: (from, to) => (from === to ? from : t("{0} to {1}", from, to)),
  count: String,
  counted: (value, one) => `${value} ${noun(value, one)}`,
};

function deed({ action, details }: Event, write = ON_PAGES): string {
  switch (details.__typename) {
    case "RoleChange":
      return t(
        "made {0} {1}{2}",
        details.member?.name ?? t("a member"),
        within(ROLE_NAMES[details.toRole]),
        details.fromRole ? t(", before {0}", within(ROLE_NAMES[details.fromRole])) : "",
      );
    case "TokenChange":
      return action === "TOKEN_CREATED"
        ? t("made the API token {0}", details.apiToken?.name)
        : t("revoked the API token {0}", details.apiToken?.name);
    case "ZoneRequest":
      return t("asked for the time zone {0}, before {1}", details.toZone, details.fromZone);
    case "HoursRequest":
      return details.areSet ? t("asked for business hours") : t("asked that all time counts");
    case "RunRequest": {
      const what = details.range ? write.days(details.range.from, details.range.to) : t("everything");
      return action === "RUN_CANCELLED" ? t("cancelled a run") : t("asked to rebuild {0}", what);
    }
    case "ImportCounts":
      return t(
        "imported {0}, {1} refused, {2} touched",
        write.counted(details.accepted, "record"),
        write.count(details.rejected),
        write.counted(details.daysTouched, "day"),
      );
  }
}
