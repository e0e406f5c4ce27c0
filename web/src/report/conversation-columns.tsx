import type { Clock } from "../../generated/graphql.ts";
import type { Conversation } from "../drill/drill.ts";
import type { Column } from "../ui/data-table.tsx";
import { LabelTag } from "../ui/label-tag.tsx";
import type { Instants } from "../words/days.ts";
import { t } from "../words/language.ts";
import { clocked, write } from "../words/measures.ts";
import { NONE } from "../words/numbers.ts";
import { attributeText } from "./use-attributes.ts";

/** What is shown of a conversation, at that instant in milliseconds; attributes where there are any. */
export function conversationColumns(
  instants: Instants,
  now: number,
  hasAttributes: boolean,
  clock: Clock,
): Column<Conversation>[] {
  const age = (row: Conversation) => (row.closedAt ? null : Math.max(0, (now - Date.parse(row.createdAt)) / 1000));
  return [
    {
      key: "created",
      head: t("Created"),
      value: (row) => row.createdAt,
      cell: (row) => (
        <>
          <span class="moment">{instants.moment(row.createdAt)}</span>
          <small class="below">{row.id}</small>
        </>
      ),
    },
    {
      key: "customer",
      head: t("Customer"),
      value: (row) => row.customer.name ?? row.customer.id,
      cell: (row) => row.customer.name ?? row.customer.id,
    },
    { key: "channel", head: t("Channel"), value: (row) => row.channel, cell: (row) => row.channel },
    {
      key: "assignee",
      head: t("Assignee"),
      value: (row) => row.assignee?.name ?? null,
      cell: (row) => row.assignee?.name ?? NONE,
    },
    {
      key: "labels",
      head: t("Labels"),
      value: (row) => row.labels.map(({ title }) => title).join("; ") || null,
      cell: (row) => (row.labels.length > 0 ? row.labels.map((label) => <LabelTag key={label.id} {...label} />) : NONE),
    },
    ...(hasAttributes ? [attributesColumn] : []),
    { key: "status", head: t("Status"), value: statusOf, cell: statusOf },
    { key: "age", head: t("Age"), numeric: true, value: age, cell: (row) => write("duration", age(row)) },
    {
      key: "first",
      head: clocked(t("First response"), clock),
      numeric: true,
      value: (row) => row.firstResponseSeconds,
      cell: (row) => write("duration", row.firstResponseSeconds),
    },
    {
      key: "closing",
      head: clocked(t("Closing time"), clock),
      numeric: true,
      value: (row) => row.closingSeconds,
      cell: (row) => write("duration", row.closingSeconds),
    },
    {
      key: "score",
      head: t("Score"),
      numeric: true,
      // The latest one: they come newest first.
      value: (row) => row.ratings[0]?.score ?? null,
      cell: (row) => row.ratings.map(({ score }) => score).join(", ") || NONE,
    },
  ];
}

const attributesColumn: Column<Conversation> = {
  key: "attributes",
  head: t("Attributes"),
  value: (row) => row.attributes.map(attributeText).join("; ") || null,
  cell: (row) =>
    row.attributes.length > 0
      ? row.attributes.map((one) => (
          <small key={one.key} class="below">
            {attributeText(one)}
          </small>
        ))
      : NONE,
};

function statusOf({ outcome, closedAt }: Conversation): string {
  if (outcome) return outcome === "WON" ? t("Won") : t("Lost");
  return closedAt ? t("Closed") : t("Open");
}
