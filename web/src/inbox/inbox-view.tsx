import type { Granularity, InboxQuery, Measure, OwnInboxQuery } from "../../generated/graphql.ts";
import { fileName } from "../export/download.ts";
import { Cards } from "../report/figure-card.tsx";
import { GroupPicker } from "../report/group-picker.tsx";
import { ReportHead } from "../report/report-head.tsx";
import { TopLabels } from "../report/top-labels.tsx";
import type { Before } from "../report/use-comparison.ts";
import { t } from "../words/language.ts";
import { Agents } from "./agents.tsx";
import { BusyHours } from "./busy-hours.tsx";
import { InboxCharts } from "./charts.tsx";

export type Inbox = NonNullable<InboxQuery["team"]>;
type OwnInbox = NonNullable<OwnInboxQuery["member"]>;

const CARDS: readonly Measure[] = [
  "CONVERSATIONS",
  "MESSAGES",
  "CUSTOMERS",
  "LABELED_CONVERSATIONS",
  "RATING_AVERAGE",
  "RATINGS",
];

interface InboxViewProps {
  report: Inbox | OwnInbox;
  before: Before | undefined;
  group: Granularity;
}

/** The inbox report: of everyone with the table of agents and the busy hours, of oneself without. */
export function InboxView({ report, before, group }: InboxViewProps) {
  const { period, metrics } = report;
  const everyone = "members" in report ? report : undefined;
  const title = everyone ? t("Inbox") : t("My inbox");
  return (
    <>
      <ReportHead title={title} name={title} period={period} before={before} />
      <Cards title={t("Inbox figures")} measures={CARDS} now={metrics} before={before} />
      <div class="charts-head">
        <h2>{t("Volume")}</h2>
        <GroupPicker group={group} />
      </div>
      <InboxCharts points={report.series} group={group} period={period} />
      <div class="charts">
        <TopLabels rows={report.topLabels} part={{}} file={fileName("top labels", period)} />
        {everyone && <BusyHours hours={everyone.busyHours} file={fileName("busy hours", period)} />}
      </div>
      {everyone && <Agents rows={everyone.members} file={fileName("agents", period)} />}
    </>
  );
}
