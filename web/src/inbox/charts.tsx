import type { Granularity, InboxPointFragment } from "../../generated/graphql.ts";
import { Chart } from "../charts/chart.tsx";
import { type Plot, peak } from "../charts/plot.ts";
import { fileName } from "../export/download.ts";
import { overTime } from "../report/series-plot.ts";
import { useViewer } from "../report/viewer.ts";
import { t } from "../words/language.ts";
import { write } from "../words/measures.ts";

interface InboxChartsProps {
  points: InboxPointFragment[];
  group: Granularity;
  period: { from: string; to: string };
}

/** Conversations, messages, customers and the average rating over time. Each has a chart of its own: their scales differ. */
export function InboxCharts({ points, group, period }: InboxChartsProps) {
  const { workspace } = useViewer();
  const over = { points, group, today: workspace.today, part: {} };
  const plots: [string, Plot][] = [
    [
      t("Conversations"),
      overTime("bars", over, [
        {
          name: t("New conversations"),
          kind: "count",
          shade: "main",
          measure: "CONVERSATIONS",
          of: ({ metrics }) => metrics.conversations,
        },
      ]),
    ],
    [
      t("Messages"),
      overTime("bars", over, [
        {
          name: t("Messages"),
          kind: "count",
          shade: "main",
          measure: "MESSAGES",
          of: ({ metrics }) => metrics.messages,
        },
      ]),
    ],
    [
      t("Customers"),
      overTime("bars", over, [
        {
          name: t("Customers"),
          kind: "count",
          shade: "main",
          measure: "CUSTOMERS",
          of: ({ metrics }) => metrics.customers,
        },
      ]),
    ],
    [
      t("Average rating"),
      overTime("lines", over, [
        {
          name: t("Average rating"),
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
  return t("Highest: {0}, {1}", write(column.kind, column.values[top]), rows[top]?.title);
}
