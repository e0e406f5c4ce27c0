import type { Clock, FiguresFragment, Measure } from "../../generated/graphql.ts";
import { t } from "./language.ts";
import { average, count, difference, duration, NONE, relative, share } from "./numbers.ts";

/** How a measure's values are written. */
export type Kind = "count" | "share" | "average" | "duration";

/** A measure for people: what it is called, how its values are written, which way is better, and where it is found. */
export interface MeasureWords {
  name: string;
  kind: Kind;
  /** Absent: neither way. */
  better?: "higher" | "lower";
  value: (figures: FiguresFragment) => number | null;
  /** How many values an average is over. */
  sample?: (figures: FiguresFragment) => number;
  /** What it counts, where that is not conversations. */
  events?: string;
  /** Whether its events are counted by hour of the week. */
  byHour?: true;
  /** Whether it is a figure of now, whatever the period: neither compared nor ranked. */
  ofNow?: true;
}

/**
 * The one list of measures, in the order in which they are offered. Labels, formats, units in files, what an address may name
 * and what can be chosen derive from it.
 */
export const MEASURES: Record<Measure, MeasureWords> = {
  CLOSED: { name: t("Closed"), kind: "count", better: "higher", byHour: true, value: (of) => of.closed },
  WON: { name: t("Won"), kind: "count", better: "higher", value: (of) => of.won },
  LOST: { name: t("Lost"), kind: "count", better: "lower", value: (of) => of.lost },
  WIN_RATE: {
    name: t("Win rate"),
    kind: "share",
    better: "higher",
    value: (of) => of.winRate,
    sample: (of) => of.won + of.lost,
  },
  CONVERSATIONS: { name: t("New conversations"), kind: "count", byHour: true, value: (of) => of.conversations },
  LABELED_CONVERSATIONS: { name: t("Labelled conversations"), kind: "count", value: (of) => of.labeledConversations },
  OPEN: { name: t("Open now"), kind: "count", better: "lower", ofNow: true, value: (of) => of.open },
  UNANSWERED: { name: t("Unanswered"), kind: "count", better: "lower", value: (of) => of.unanswered },
  MESSAGES: { name: t("Messages"), kind: "count", events: t("messages"), value: (of) => of.messages },
  INBOUND_MESSAGES: {
    name: t("Inbound messages"),
    kind: "count",
    events: t("messages"),
    byHour: true,
    value: (of) => of.messages - of.replies,
  },
  REPLIES: {
    name: t("Replies"),
    kind: "count",
    better: "higher",
    events: t("replies"),
    byHour: true,
    value: (of) => of.replies,
  },
  FOLLOW_UPS_COMPLETED: {
    name: t("Follow-ups"),
    kind: "count",
    better: "higher",
    events: t("follow-ups"),
    value: (of) => of.followUpsCompleted,
  },
  CUSTOMERS: { name: t("Customers"), kind: "count", events: t("customers"), value: (of) => of.customers },
  NEW_CUSTOMERS: { name: t("New customers"), kind: "count", events: t("customers"), value: (of) => of.newCustomers },
  FIRST_RESPONSE_MEDIAN: {
    name: t("First response, median"),
    kind: "duration",
    better: "lower",
    value: (of) => of.firstResponse.median,
    sample: (of) => of.firstResponse.count,
  },
  FIRST_RESPONSE_MEAN: {
    name: t("First response, mean"),
    kind: "duration",
    better: "lower",
    value: (of) => of.firstResponse.mean,
    sample: (of) => of.firstResponse.count,
  },
  CLOSING_TIME_MEDIAN: {
    name: t("Closing time, median"),
    kind: "duration",
    better: "lower",
    value: (of) => of.closingTime.median,
    sample: (of) => of.closingTime.count,
  },
  CLOSING_TIME_MEAN: {
    name: t("Closing time, mean"),
    kind: "duration",
    better: "lower",
    value: (of) => of.closingTime.mean,
    sample: (of) => of.closingTime.count,
  },
  REPLY_TIME_MEDIAN: {
    name: t("Reply time, median"),
    kind: "duration",
    better: "lower",
    value: (of) => of.replyTime.median,
    sample: (of) => of.replyTime.count,
  },
  REPLY_TIME_MEAN: {
    name: t("Reply time, mean"),
    kind: "duration",
    better: "lower",
    value: (of) => of.replyTime.mean,
    sample: (of) => of.replyTime.count,
  },
  FIRST_CLOSING_TIME_MEDIAN: {
    name: t("First closing time, median"),
    kind: "duration",
    better: "lower",
    value: (of) => of.firstClosingTime.median,
    sample: (of) => of.firstClosingTime.count,
  },
  FIRST_CLOSING_TIME_MEAN: {
    name: t("First closing time, mean"),
    kind: "duration",
    better: "lower",
    value: (of) => of.firstClosingTime.mean,
    sample: (of) => of.firstClosingTime.count,
  },
  REOPENED: {
    name: t("Reopened"),
    kind: "count",
    better: "lower",
    events: t("reopenings"),
    value: (of) => of.reopened,
  },
  CLOSED_BY_ONE_REPLY: {
    name: t("Closed by one reply"),
    kind: "count",
    better: "higher",
    value: (of) => of.closedByOneReply,
  },
  CLOSED_BY_BOT: { name: t("Closed by bot"), kind: "count", better: "higher", value: (of) => of.closedByBot },
  WAITING: { name: t("Waiting now"), kind: "count", better: "lower", ofNow: true, value: (of) => of.waiting },
  SURVEYS: { name: t("Surveys"), kind: "count", events: t("surveys"), value: (of) => of.surveys.asked },
  SURVEY_RATE: {
    name: t("Survey response rate"),
    kind: "share",
    better: "higher",
    value: (of) => of.surveys.rate,
    sample: (of) => of.surveys.asked,
  },
  RATING_AVERAGE: {
    name: t("Average rating"),
    kind: "average",
    better: "higher",
    value: (of) => of.ratings.average,
    sample: (of) => of.ratings.count,
  },
  RATINGS: { name: t("Ratings"), kind: "count", events: t("ratings"), value: (of) => of.ratings.count },
  SATISFIED: {
    name: t("Satisfied"),
    kind: "share",
    better: "higher",
    value: (of) => of.ratings.satisfied,
    sample: (of) => of.ratings.count,
  },
};

/** All measures, in the order in which they are offered. */
export const MEASURE_IDS = Object.keys(MEASURES) as Measure[];
/** Those that are counted by hour of the week. */
export const HOURLY: readonly Measure[] = MEASURE_IDS.filter((id) => MEASURES[id].byHour);

/** What a duration is called by that clock: calendar time needs no word. */
export function clocked(name: string, clock: Clock): string {
  return clock === "BUSINESS" ? t("{0}, business hours", name) : name;
}

/** What a measure is called by that clock. */
export function measureName(measure: Measure, clock: Clock): string {
  const { name, kind } = MEASURES[measure];
  return kind === "duration" ? clocked(name, clock) : name;
}

const UNITS: Record<Kind, string | undefined> = {
  count: undefined,
  share: t("0 to 1"),
  average: t("1 to 5"),
  duration: t("seconds"),
};

/** A head in a file: its name, and the unit of the values beneath it. */
export function headOf(name: string, kind: Kind): string {
  const unit = UNITS[kind];
  return unit === undefined ? name : `${name} (${unit})`;
}

const WRITERS: Record<Kind, (value: number) => string> = { count, share, average, duration };

/** A value in words. */
export function write(kind: Kind, value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : WRITERS[kind](value);
}

/**
 * How a figure compares with the one before: as docs/metrics.md says, relative to what was before, or in points and
 * absolute where that tells more.
 */
export interface Comparison {
  text: string;
  trend: "up" | "down" | "same";
  verdict: "better" | "worse" | "neutral";
  before: string;
  /** The number that the text writes: a share of what was before, or a difference. */
  amount: number;
  /** Whether either side has too few values to say anything. */
  few: boolean;
}

/** So many values are needed on both sides, and so large a change, before it is called better or worse. */
const FEW_VALUES = 10;
const SLIGHT_CHANGE = 0.02;

/** The comparison of a measure; none where either value is missing. */
export function compare(measure: Measure, now: FiguresFragment, before: FiguresFragment): Comparison | undefined {
  const { kind, better, value, sample = value } = MEASURES[measure];
  const current = value(now);
  const previous = value(before);
  if (current === null || previous === null) return undefined;
  const absolute = rounded(kind, current - previous);
  const trend = absolute === 0 ? "same" : 0 < absolute ? "up" : "down";
  const good = better === "higher" ? "up" : "down";
  const values = Math.min(sample(now) ?? 0, sample(before) ?? 0);
  const says = values >= FEW_VALUES && Math.abs(current - previous) > SLIGHT_CHANGE * Math.abs(previous);
  const verdict = !says || trend === "same" || better === undefined ? "neutral" : trend === good ? "better" : "worse";
  const isRelative = (kind === "count" || kind === "duration") && previous !== 0;
  return {
    text: changeText(kind, absolute, previous),
    trend,
    verdict,
    before: write(kind, previous),
    amount: isRelative ? absolute / previous : absolute,
    few: values < FEW_VALUES,
  };
}

/** As exact as it is written, so that what reads as no change is none. */
function rounded(kind: Kind, difference: number): number {
  if (kind === "share") return Math.round(difference * 1000) / 1000;
  return kind === "average" ? Math.round(difference * 100) / 100 : difference;
}

function changeText(kind: Kind, absolute: number, previous: number): string {
  if (kind === "share") return t("{0} pts", difference(absolute * 100));
  if (kind === "average") return difference(absolute);
  return previous === 0 ? difference(absolute) : relative(absolute / previous);
}
