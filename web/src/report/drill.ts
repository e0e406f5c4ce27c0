import type { ConversationsQuery, Measure, PeriodInput, ReportFilter } from "../../generated/graphql.ts";
import { type Drill, type FilterChoice, filterInput, periodInput, type ReportState } from "../url/report-state.ts";
import type { Instants } from "../words/days.ts";

export type Conversation = NonNullable<ConversationsQuery["conversations"]>["nodes"][number];

/// What a number covers within the report.
export type Part = Omit<Drill, "measure">;

/// The number's conversations, as the API is asked for them: the same predicate that the number was counted with.
export function drillInput(
  state: ReportState,
  drill: Drill,
): { measure: Measure; period: PeriodInput; filter: ReportFilter } {
  const filter: FilterChoice = { ...state.filter };
  if (drill.member !== undefined) Object.assign(filter, { members: [drill.member], teams: [], unassigned: false });
  if (drill.unassigned) Object.assign(filter, { members: [], teams: [], unassigned: true });
  if (drill.label !== undefined) filter.labels = [drill.label];
  if (drill.channel !== undefined) filter.channels = [drill.channel];
  const days = drill.from !== undefined && drill.to !== undefined ? { from: drill.from, to: drill.to } : state.period;
  return { measure: drill.measure, period: periodInput(days), filter: filterInput(filter) };
}

/// What the API has no filter for is found among the conversations of the measure; none where it has one for all of it.
export function foundBy(drill: Drill, instants: Instants): ((conversation: Conversation) => boolean) | undefined {
  const { hour, seconds, neither } = drill;
  if (hour !== undefined) return ({ createdAt }) => instants.hourOfWeek(createdAt) === hour;
  if (neither) return ({ outcome }) => outcome === null;
  if (seconds === undefined) return undefined;
  const [from = 0, to = 0] = seconds.split("-").map((text) => (text === "" ? Number.POSITIVE_INFINITY : Number(text)));
  return ({ firstResponseSeconds: value }) => value !== null && from <= value && value < to;
}

/// Whether a filter can say it: "has this label and any of those" can't be said, so such a row opens no list.
export function canDrill(state: ReportState, part: Part): boolean {
  const within = (chosen: string[], one: string | undefined) =>
    one === undefined || chosen.length === 0 || chosen.includes(one);
  return within(state.filter.labels, part.label) && within(state.filter.channels, part.channel);
}
