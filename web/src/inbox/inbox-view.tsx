import type { Granularity, InboxQuery, Measure, OwnInboxQuery } from "../../generated/graphql.ts";
import { fileName } from "../export/download.ts";
import { Cards } from "../report/figure-card.tsx";
import { GroupPicker } from "../report/group-picker.tsx";
import { ReportHead } from "../report/report-head.tsx";
import { TopLabels } from "../report/top-labels.tsx";
import { Select } from "../ui/select.tsx";
import { useReport } from "../url/use-report.ts";
import { Agents } from "./agents.tsx";
import { BusyHours } from "./busy-hours.tsx";
import { InboxCharts } from "./charts.tsx";

export type Inbox = NonNullable<InboxQuery["team"]>;
type OwnInbox = NonNullable<OwnInboxQuery["member"]>;
type Charts = NonNullable<InboxQuery["charts"]> | OwnInbox;

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
  /// Of everyone, or of one member.
  charts: Charts;
  group: Granularity;
}

/// The inbox report: of everyone with the table of agents and the busy hours, of oneself without.
export function InboxView({ report, charts, group }: InboxViewProps) {
  const { state } = useReport();
  const { period, metrics, previous } = report;
  const everyone = "members" in report ? report : undefined;
  const title = everyone ? "Inbox" : "My inbox";
  const part = everyone && state.agent !== undefined ? { member: state.agent } : {};
  return (
    <>
      <ReportHead title={title} name={title} period={period} before={previous.period} />
      <Cards title="Inbox figures" measures={CARDS} now={metrics} before={previous} />
      <div class="charts-head">
        <h2>Charts</h2>
        {everyone && <AgentPicker members={everyone.members} />}
        <GroupPicker group={group} />
      </div>
      <InboxCharts points={charts.series} group={group} period={period} part={part} />
      <div class="charts">
        <TopLabels rows={charts.topLabels} part={part} file={fileName("top labels", period)} />
        {"busyHours" in charts && (
          <BusyHours hours={charts.busyHours} part={part} file={fileName("busy hours", period)} />
        )}
      </div>
      {everyone && <Agents rows={everyone.members} file={fileName("agents", period)} />}
    </>
  );
}

function AgentPicker({ members }: { members: Inbox["members"] }) {
  const { state, change } = useReport();
  const options = [
    { id: "", name: "Everyone" },
    ...members.map(({ member }) => ({ id: member.id, name: member.name })),
  ];
  return (
    <Select
      title="Agent"
      options={options}
      chosen={state.agent ?? ""}
      onChoose={(id) => change({ agent: id || undefined })}
    />
  );
}
