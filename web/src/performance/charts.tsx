import type { Granularity, PerformancePointFragment, SpreadFragment } from "../../generated/graphql.ts";
import { Chart } from "../charts/chart.tsx";
import { type Plot, peak } from "../charts/plot.ts";
import { fileName } from "../export/download.ts";
import type { Part } from "../report/drill.ts";
import { GroupPicker } from "../report/group-picker.tsx";
import { overTime } from "../report/series-plot.ts";
import { count, duration, share, stars } from "../words/numbers.ts";

interface ChartsProps {
  points: PerformancePointFragment[];
  spread: SpreadFragment;
  group: Granularity;
  period: { from: string; to: string };
  part: Part;
}

/// How the work went over time, and how times and scores lie.
export function PerformanceCharts({ points, spread, group, period, part }: ChartsProps) {
  const closed = closedPlot(points, group, part);
  const response = responsePlot(points, group, part);
  const lie = spreadPlot(spread, part);
  const scores = scorePlot(spread, part);
  const file = (what: string) => fileName(what, period);
  return (
    <>
      <div class="charts-head">
        <h2>Over time</h2>
        <GroupPicker group={group} />
      </div>
      <div class="charts">
        <Chart title="Closed conversations" note={topNote(closed)} file={file("closed")} plot={closed} />
        <Chart
          title="First response, median"
          note="Half of the conversations are answered sooner"
          file={file("first response")}
          plot={response}
        />
        <Chart
          title="How soon the first response comes"
          note={soonNote(spread)}
          file={file("first response spread")}
          plot={lie}
        />
        <Chart title="Scores" note={scoreNote(spread)} file={file("scores")} plot={scores} />
      </div>
    </>
  );
}

function closedPlot(points: PerformancePointFragment[], group: Granularity, part: Part): Plot {
  return overTime("stack", points, group, part, [
    { name: "Won", kind: "count", shade: "good", measure: "WON", of: ({ metrics }) => metrics.won },
    { name: "Lost", kind: "count", shade: "bad", measure: "LOST", of: ({ metrics }) => metrics.lost },
    {
      name: "Neither",
      kind: "count",
      shade: "rest",
      measure: "CLOSED",
      part: { neither: true },
      of: ({ metrics }) => metrics.closed - metrics.won - metrics.lost,
    },
  ]);
}

function responsePlot(points: PerformancePointFragment[], group: Granularity, part: Part): Plot {
  return overTime("lines", points, group, part, [
    {
      name: "Median",
      kind: "duration",
      shade: "main",
      measure: "FIRST_RESPONSE_MEDIAN",
      of: ({ metrics }) => metrics.firstResponse.median,
      sample: ({ metrics }) => metrics.firstResponse.count,
    },
  ]);
}

function spreadPlot({ firstResponse }: SpreadFragment, part: Part): Plot {
  const rows = firstResponse.distribution.map(({ fromSeconds, toSeconds }) => {
    const name = toSeconds === null ? `over ${duration(fromSeconds)}` : `to ${duration(toSeconds)}`;
    const title = toSeconds === null ? name : `${duration(fromSeconds)} to ${duration(toSeconds)}`;
    return { name, title, part: { ...part, seconds: `${fromSeconds}-${toSeconds ?? ""}` } };
  });
  const values = firstResponse.distribution.map(({ count }) => count);
  const columns: Plot["columns"] = [
    { name: "Conversations", kind: "count", shade: "main", measure: "FIRST_RESPONSE_MEDIAN", values },
  ];
  return { shape: "bars", axis: "First response", rows, columns };
}

function scorePlot({ ratings }: SpreadFragment, part: Part): Plot {
  const rows = ratings.scores.map(({ score }) => ({
    name: `${score}`,
    title: stars(score),
    part: { ...part, score },
  }));
  const values = ratings.scores.map(({ count }) => count);
  const columns: Plot["columns"] = [{ name: "Ratings", kind: "count", shade: "main", measure: "RATINGS", values }];
  return { shape: "bars", axis: "Score", rows, columns };
}

function topNote(plot: Plot): string | undefined {
  const totals = plot.rows.map((_, index) =>
    plot.columns.reduce((sum, column) => sum + (column.values[index] ?? 0), 0),
  );
  const top = peak({ name: "", kind: "count", shade: "main", values: totals });
  const row = top === undefined ? undefined : plot.rows[top];
  return row && top !== undefined ? `Most: ${count(totals[top] ?? 0)}, ${row.title}` : undefined;
}

function soonNote({ firstResponse: { distribution } }: SpreadFragment): string | undefined {
  const all = distribution.reduce((sum, { count }) => sum + count, 0);
  const within = distribution.filter(({ toSeconds }) => toSeconds !== null && toSeconds <= 3600);
  return all === 0 ? undefined : `${share(within.reduce((sum, { count }) => sum + count, 0) / all)} within an hour`;
}

function scoreNote({ ratings: { scores } }: SpreadFragment): string | undefined {
  const all = scores.reduce((sum, { count }) => sum + count, 0);
  const good = scores.filter(({ score }) => score >= 4).reduce((sum, { count }) => sum + count, 0);
  return all === 0 ? undefined : `${share(good / all)} gave 4 or 5`;
}
