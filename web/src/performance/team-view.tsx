import type { Granularity, TeamPerformanceQuery } from "../../generated/graphql.ts";
import { fileName } from "../export/download.ts";
import { Cards } from "../report/figure-card.tsx";
import { ReportHead } from "../report/report-head.tsx";
import { PerformanceCharts } from "./charts.tsx";
import { Leaderboard } from "./leaderboard.tsx";
import { CARD_NAMES, CARDS } from "./measures.ts";
import { Unassigned } from "./unassigned.tsx";

export type TeamReport = NonNullable<TeamPerformanceQuery["team"]>;

/// Everyone's performance.
export function TeamView({ report, group }: { report: TeamReport; group: Granularity }) {
  const { period, metrics, previous, series } = report;
  return (
    <>
      <ReportHead title="Team performance" name="Team performance" period={period} before={previous.period} />
      <Cards title="Team figures" measures={CARDS} names={CARD_NAMES} now={metrics} before={previous} />
      <PerformanceCharts points={series} spread={metrics} group={group} period={period} part={{}} />
      <Leaderboard entries={report.leaderboard} file={fileName("leaderboard", period)} />
      <Unassigned figures={report.unassigned} />
    </>
  );
}
