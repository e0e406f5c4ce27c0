import type { Granularity, InboxPointFragment } from "../../generated/graphql.ts";
import { Chart } from "../charts/chart.tsx";
import { type Plot, peak } from "../charts/plot.ts";
import { fileName } from "../export/download.ts";
import type { Part } from "../report/drill.ts";
import { overTime } from "../report/series-plot.ts";
import { write } from "../words/measures.ts";

interface InboxChartsProps {
  points: InboxPointFragment[];
  group: Granularity;
  period: { from: string; to: string };
  part: Part;
}

/// Conversations, messages, customers and the average rating over time. Each has a chart of its own: their scales differ.
export function InboxCharts({ points, group, period, part }: InboxChartsProps) {
  const plots: [string, Plot][] = [
    [
      "Conversations",
      overTime("bars", points, group, part, [
        {
          name: "New conversations",
          kind: "count",
          shade: "main",
          measure: "CONVERSATIONS",
          of: ({ metrics }) => metrics.conversations,
        },
      ]),
    ],
    [
      "Messages",
      overTime("bars", points, group, part, [
        { name: "Messages", kind: "count", shade: "main", measure: "MESSAGES", of: ({ metrics }) => metrics.messages },
      ]),
    ],
    [
      "Customers",
      overTime("bars", points, group, part, [
        {
          name: "Customers",
          kind: "count",
          shade: "main",
          measure: "CUSTOMERS",
          of: ({ metrics }) => metrics.customers,
        },
      ]),
    ],
    [
      "Average rating",
      overTime("lines", points, group, part, [
        {
          name: "Average rating",
          kind: "average",
          shade: "main",
          measure: "RATING_AVERAGE",
          of: ({ metrics }) => metrics.ratings.average,
          sample: ({ metrics }) => metrics.ratings.count,
        },
      ]),
    ],
  ];
  return (
    <div class="charts">
      {plots.map(([title, plot]) => (
        <Chart key={title} title={title} note={note(plot)} file={fileName(title, period)} plot={plot} height={190} />
      ))}
    </div>
  );
}

function note({ columns: [column], rows }: Plot): string | undefined {
  const top = column && peak(column);
  if (!column || top === undefined) return undefined;
  return `Highest: ${write(column.kind, column.values[top])}, ${rows[top]?.title}`;
}
