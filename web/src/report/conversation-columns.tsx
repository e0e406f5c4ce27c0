import type { Column } from "../ui/data-table.tsx";
import { LabelTag } from "../ui/label-tag.tsx";
import type { Instants } from "../words/days.ts";
import { write } from "../words/measures.ts";
import { NONE } from "../words/numbers.ts";
import type { Conversation } from "./drill.ts";

/// What is shown of a conversation.
export function conversationColumns(instants: Instants): Column<Conversation>[] {
  return [
    {
      key: "created",
      head: "Created",
      value: (row) => row.createdAt,
      cell: (row) => (
        <>
          <span class="moment">{instants.moment(row.createdAt)}</span>
          <small class="below">
            {row.channel} · {row.id}
          </small>
        </>
      ),
    },
    {
      key: "customer",
      head: "Customer",
      value: (row) => row.customer.name,
      cell: (row) => row.customer.name ?? row.customer.id,
    },
    {
      key: "assignee",
      head: "Assignee",
      value: (row) => row.assignee?.name ?? null,
      cell: (row) => row.assignee?.name ?? NONE,
    },
    {
      key: "labels",
      head: "Labels",
      value: (row) => row.labels.map(({ title }) => title).join("; "),
      cell: (row) => (row.labels.length > 0 ? row.labels.map((label) => <LabelTag key={label.id} {...label} />) : NONE),
    },
    {
      key: "outcome",
      head: "Outcome",
      value: (row) => row.outcome,
      cell: (row) => (row.outcome ? (row.outcome === "WON" ? "Won" : "Lost") : row.closedAt ? "Closed" : "Open"),
    },
    {
      key: "first",
      head: "First response",
      numeric: true,
      value: (row) => row.firstResponseSeconds,
      cell: (row) => write("duration", row.firstResponseSeconds),
    },
    {
      key: "closing",
      head: "Closing time",
      numeric: true,
      value: (row) => row.closingSeconds,
      cell: (row) => write("duration", row.closingSeconds),
    },
    {
      key: "scores",
      head: "Ratings",
      numeric: true,
      value: (row) => row.ratings.length,
      cell: (row) => row.ratings.map(({ score }) => score).join(", ") || NONE,
    },
  ];
}
