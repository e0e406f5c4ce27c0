import type { Granularity, TeamPerformanceQuery } from "../../generated/graphql.ts";
import { fileName } from "../export/download.ts";
import { Cards } from "../report/figure-card.tsx";
import { ReportHead } from "../report/report-head.tsx";
import type { Before } from "../report/use-comparison.ts";
import { t } from "../words/language.ts";
import { PerformanceCharts } from "./charts.tsx";
import { Leaderboard } from "./leaderboard.tsx";
import { CARD_NAMES, CARDS } from "./measures.ts";
import { Unassigned } from "./unassigned.tsx";

export type TeamReport = NonNullable<TeamPerformanceQuery["team"]>;

/** Everyone's performance. */
export function TeamView({
  report,
  before,
  group,
}: {
  report: TeamReport;
  before: Before | undefined;
  group: Granularity;
}) {
  const { period, metrics, series } = report;
  return (
    <>
      <ReportHead title={t("Team performance")} name={t("Team performance")} period={period} before={before} />
      <Cards title={t("Team figures")} measures={CARDS} names={CARD_NAMES} now={metrics} before={before} />
      <PerformanceCharts points={series} spread={metrics} group={group} period={period} part={{}} />
      <Leaderboard entries={report.leaderboard} file={fileName("leaderboard", period)} />
      <Unassigned figures={report.unassigned} />
    </>
  );
}
