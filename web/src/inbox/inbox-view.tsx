import type { Granularity, InboxPointFragment, InboxQuery, Measure, OwnInboxQuery } from "../../generated/graphql.ts";
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

const CARDS: readonly Measure[] = [
  "CONVERSATIONS",
  "MESSAGES",
  "CUSTOMERS",
  "LABELED_CONVERSATIONS",
  "RATING_AVERAGE",
  "RATINGS",
];

/// The inbox report: of everyone with the table of agents and the busy hours, of oneself without.
export function InboxView({
  report,
  points,
  group,
}: {
  report: Inbox | OwnInbox;
  points: InboxPointFragment[];
  group: Granularity;
}) {
  const { state } = useReport();
  const { period, metrics, previous } = report;
  const everyone = "members" in report ? report : undefined;
  const title = everyone ? "Inbox" : "My inbox";
  const part = everyone && state.agent !== undefined ? { member: state.agent } : {};
  return (
    <>
      <ReportHead title={title} name={title} period={period} before={previous.period} />
      <Cards title="Inbox figures" measures={CARDS} now={metrics} before={previous.metrics} />
      <div class="charts-head">
        <h2>Over time</h2>
        {everyone && <AgentPicker members={everyone.members} />}
        <GroupPicker group={group} />
      </div>
      <InboxCharts points={points} group={group} period={period} part={part} />
      <div class="charts">
        <TopLabels rows={report.topLabels} part={{}} file={fileName("top labels", period)} />
        {everyone && <BusyHours hours={everyone.busyHours} file={fileName("busy hours", period)} />}
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
      title="Charts of"
      options={options}
      chosen={state.agent ?? ""}
      onChoose={(id) => change({ agent: id || undefined })}
    />
  );
}
