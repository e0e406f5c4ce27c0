import type {
  Clock,
  ConversationsQuery,
  HourOfWeek,
  Measure,
  PeriodInput,
  ReportFilter,
} from "../../generated/graphql.ts";
import { type Drill, type FilterChoice, filterInput, periodInput, type ReportState } from "../url/report-state.ts";

export type Conversation = NonNullable<ConversationsQuery["conversations"]>["nodes"][number];

/** What a number covers within the report. */
export type Part = Omit<Drill, "measure">;

/** The number's conversations, as the API is asked for them: the same predicate that the number was counted with. */
export function drillInput(
  state: ReportState,
  drill: Drill,
): { measure: Measure; period: PeriodInput; filter: ReportFilter; clock: Clock; at?: HourOfWeek } {
  const filter: FilterChoice = { ...state.filter };
  if (drill.member !== undefined) Object.assign(filter, { members: [drill.member], teams: [], unassigned: false });
  if (drill.team !== undefined) Object.assign(filter, { teams: [drill.team] });
  if (drill.unassigned) Object.assign(filter, { members: [], teams: [], unassigned: true });
  if (drill.label !== undefined) filter.labels = [drill.label];
  if (drill.channel !== undefined) filter.channels = [drill.channel];
  if (drill.attribute) {
    const { key, value } = drill.attribute;
    // Beside what is chosen of the same key: a conversation may have several values.
    filter.attributes = [...filter.attributes, { key, values: [value] }];
  }
  const days = drill.from !== undefined && drill.to !== undefined ? { from: drill.from, to: drill.to } : state.period;
  const [weekday, hour] = (drill.hour ?? "").split("-").map(Number);
  const at = weekday !== undefined && hour !== undefined ? { at: { weekday, hour } } : {};
  return { measure: drill.measure, period: periodInput(days), filter: filterInput(filter), clock: state.clock, ...at };
}

/** Whether the API has no filter for all of it, so that its conversations are found among those of the measure. */
export function isFound({ seconds, neither, score }: Drill): boolean {
  return seconds !== undefined || score !== undefined || neither === true;
}

/** Which conversations of the measure are meant, as far as they say so themselves; all where nothing restricts them. */
export function foundBy({ seconds, neither }: Drill): ((conversation: Conversation) => boolean) | undefined {
  if (neither) return ({ outcome }) => outcome === null;
  if (seconds === undefined) return undefined;
  const [from = 0, to = 0] = seconds.split("-").map((text) => (text === "" ? Number.POSITIVE_INFINITY : Number(text)));
  return ({ firstResponseSeconds: value }) => value !== null && from <= value && value < to;
}

/** Whether a filter can say it: "has this label and any of those" can't be said, so such a row opens no list. */
export function canDrill(state: ReportState, part: Part): boolean {
  const within = (chosen: string[], one: string | undefined) =>
    one === undefined || chosen.length === 0 || chosen.includes(one);
  return within(state.filter.labels, part.label) && within(state.filter.channels, part.channel);
}
