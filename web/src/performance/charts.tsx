import type { Clock, Granularity, PerformancePointFragment, SpreadFragment } from "../../generated/graphql.ts";
import { Chart } from "../charts/chart.tsx";
import { type Plot, peak } from "../charts/plot.ts";
import type { Part } from "../drill/drill.ts";
import { fileName } from "../export/download.ts";
import { GroupPicker } from "../report/group-picker.tsx";
import { type OverTime, overTime } from "../report/series-plot.ts";
import { useClock } from "../report/use-clock.ts";
import { useViewer } from "../report/viewer.ts";
import { t } from "../words/language.ts";
import { clocked, measureName } from "../words/measures.ts";
import { count, duration, share, stars } from "../words/numbers.ts";

interface ChartsProps {
  points: PerformancePointFragment[];
  spread: SpreadFragment;
  group: Granularity;
  period: { from: string; to: string };
  part: Part;
}

/** How the work went over time, and how times and scores lie. */
export function PerformanceCharts({ points, spread, group, period, part }: ChartsProps) {
  const { workspace } = useViewer();
  const over = { points, group, today: workspace.today, part };
  const { clock } = useClock();
  const closed = closedPlot(over);
  const response = responsePlot(over, clock);
  const lie = spreadPlot(spread, part, clock);
  const scores = scorePlot(spread, part);
  const file = (what: string) => fileName(what, period);
  return (
    <>
      <div class="charts-head">
        <h2>{t("Over time")}</h2>
        <GroupPicker group={group} />
      </div>
      <div class="charts">
        <Chart title={t("Closed conversations")} note={topNote(closed)} file={file("closed")} plot={closed} />
        <Chart
          title={measureName("FIRST_RESPONSE_MEDIAN", clock)}
          note={t("Half of the conversations are answered sooner")}
          file={file("first response")}
          plot={response}
        />
        <Chart
          title={clocked(t("Response times"), clock)}
          note={soonNote(spread)}
          file={file("first response spread")}
          plot={lie}
        />
        <Chart title={t("Scores")} note={scoreNote(spread)} file={file("scores")} plot={scores} />
      </div>
    </>
  );
}

function closedPlot(over: OverTime<PerformancePointFragment>): Plot {
  const plot = overTime("stack", over, [
    { name: t("Won"), kind: "count", shade: "good", measure: "WON", of: ({ metrics }) => metrics.won },
    { name: t("Lost"), kind: "count", shade: "bad", measure: "LOST", of: ({ metrics }) => metrics.lost },
    {
      name: t("Neither"),
      kind: "count",
      shade: "rest",
      measure: "CLOSED",
      part: { neither: true },
      of: ({ metrics }) => metrics.closed - metrics.won - metrics.lost,
    },
  ]);
  return { ...plot, measure: "CLOSED" };
}

function responsePlot(over: OverTime<PerformancePointFragment>, clock: Clock): Plot {
  return overTime("lines", over, [
    {
      name: clocked(t("Median"), clock),
      kind: "duration",
      shade: "main",
      measure: "FIRST_RESPONSE_MEDIAN",
      of: ({ metrics }) => metrics.firstResponse.median,
      sample: ({ metrics }) => metrics.firstResponse.count,
    },
  ]);
}

function spreadPlot({ firstResponse }: SpreadFragment, part: Part, clock: Clock): Plot {
  const rows = firstResponse.distribution.map(({ fromSeconds, toSeconds }) => {
    const name = toSeconds === null ? t("over {0}", duration(fromSeconds)) : t("to {0}", duration(toSeconds));
    const title = toSeconds === null ? name : t("{0} to {1}", duration(fromSeconds), duration(toSeconds));
    const inFile = toSeconds === null ? `over ${fromSeconds} s` : `${fromSeconds} to ${toSeconds} s`;
    return { name, title, inFile, part: { ...part, seconds: `${fromSeconds}-${toSeconds ?? ""}` } };
  });
  const values = firstResponse.distribution.map(({ count }) => count);
  const columns: Plot["columns"] = [
    { name: t("Conversations"), kind: "count", shade: "main", measure: "FIRST_RESPONSE_MEDIAN", values },
  ];
  return { shape: "bars", axis: clocked(t("First response"), clock), rows, columns };
}

function scorePlot({ ratings }: SpreadFragment, part: Part): Plot {
  const rows = ratings.scores.map(({ score }) => ({
    name: `${score}`,
    title: stars(score),
    inFile: `${score}`,
    part: { ...part, score },
  }));
  const values = ratings.scores.map(({ count }) => count);
  const columns: Plot["columns"] = [{ name: t("Ratings"), kind: "count", shade: "main", measure: "RATINGS", values }];
  return { shape: "bars", axis: t("Score"), rows, columns };
}

function topNote(plot: Plot): string | undefined {
  const totals = plot.rows.map((_, index) =>
    plot.columns.reduce((sum, column) => sum + (column.values[index] ?? 0), 0),
  );
  const top = peak({ name: "", kind: "count", shade: "main", values: totals });
  const row = top === undefined ? undefined : plot.rows[top];
  return row && top !== undefined ? t("Most: {0}, {1}", count(totals[top] ?? 0), row.title) : undefined;
}

function soonNote({ firstResponse: { distribution } }: SpreadFragment): string | undefined {
  const all = distribution.reduce((sum, { count }) => sum + count, 0);
  const within = distribution.filter(({ toSeconds }) => toSeconds !== null && toSeconds <= 3600);
  return all === 0
    ? undefined
    : t("{0} within an hour", share(within.reduce((sum, { count }) => sum + count, 0) / all));
}

function scoreNote({ ratings: { scores } }: SpreadFragment): string | undefined {
  const all = scores.reduce((sum, { count }) => sum + count, 0);
  const good = scores.filter(({ score }) => score >= 4).reduce((sum, { count }) => sum + count, 0);
  return all === 0 ? undefined : t("{0} gave 4 or 5", share(good / all));
}
