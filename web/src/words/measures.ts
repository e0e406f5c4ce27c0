import type { FiguresFragment, Measure } from "../../generated/graphql.ts";
import { average, count, difference, duration, NONE, relative, share } from "./numbers.ts";

/// How a measure's values are written.
export type Kind = "count" | "share" | "average" | "duration";

/// A measure for people: what it is called, how its values are written, which way is better, and where it is found.
export interface MeasureWords {
  name: string;
  kind: Kind;
  /// Absent: neither way.
  better?: "higher" | "lower";
  value: (figures: FiguresFragment) => number | null;
  /// How many values an average is over.
  sample?: (figures: FiguresFragment) => number;
  /// What it counts, where that is not conversations.
  events?: string;
}

export const WORDS: Record<Measure, MeasureWords> = {
  CONVERSATIONS: { name: "New conversations", kind: "count", value: (of) => of.conversations },
  LABELED_CONVERSATIONS: { name: "Labelled conversations", kind: "count", value: (of) => of.labeledConversations },
  MESSAGES: { name: "Messages", kind: "count", events: "messages", value: (of) => of.messages },
  INBOUND_MESSAGES: {
    name: "Inbound messages",
    kind: "count",
    events: "messages",
    value: (of) => of.messages - of.replies,
  },
  REPLIES: { name: "Replies", kind: "count", better: "higher", events: "replies", value: (of) => of.replies },
  CUSTOMERS: { name: "Customers", kind: "count", events: "customers", value: (of) => of.customers },
  NEW_CUSTOMERS: { name: "New customers", kind: "count", events: "customers", value: (of) => of.newCustomers },
  UNANSWERED: { name: "Unanswered", kind: "count", better: "lower", value: (of) => of.unanswered },
  CLOSED: { name: "Closed", kind: "count", better: "higher", value: (of) => of.closed },
  WON: { name: "Won", kind: "count", better: "higher", value: (of) => of.won },
  LOST: { name: "Lost", kind: "count", better: "lower", value: (of) => of.lost },
  WIN_RATE: {
    name: "Win rate",
    kind: "share",
    better: "higher",
    value: (of) => of.winRate,
    sample: (of) => of.won + of.lost,
  },
  OPEN: { name: "Open now", kind: "count", better: "lower", value: (of) => of.open },
  FOLLOW_UPS_COMPLETED: {
    name: "Follow-ups",
    kind: "count",
    better: "higher",
    events: "follow-ups",
    value: (of) => of.followUpsCompleted,
  },
  RATINGS: { name: "Ratings", kind: "count", events: "ratings", value: (of) => of.ratings.count },
  RATING_AVERAGE: {
    name: "Average rating",
    kind: "average",
    better: "higher",
    value: (of) => of.ratings.average,
    sample: (of) => of.ratings.count,
  },
  SATISFIED: {
    name: "Satisfied",
    kind: "share",
    better: "higher",
    value: (of) => of.ratings.satisfied,
    sample: (of) => of.ratings.count,
  },
  FIRST_RESPONSE_MEAN: {
    name: "First response, mean",
    kind: "duration",
    better: "lower",
    value: (of) => of.firstResponse.mean,
    sample: (of) => of.firstResponse.count,
  },
  FIRST_RESPONSE_MEDIAN: {
    name: "First response, median",
    kind: "duration",
    better: "lower",
    value: (of) => of.firstResponse.median,
    sample: (of) => of.firstResponse.count,
  },
  CLOSING_TIME_MEAN: {
    name: "Closing time, mean",
    kind: "duration",
    better: "lower",
    value: (of) => of.closingTime.mean,
    sample: (of) => of.closingTime.count,
  },
  CLOSING_TIME_MEDIAN: {
    name: "Closing time, median",
    kind: "duration",
    better: "lower",
    value: (of) => of.closingTime.median,
    sample: (of) => of.closingTime.count,
  },
};

const WRITERS: Record<Kind, (value: number) => string> = { count, share, average, duration };

/// A value in words.
export function write(kind: Kind, value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : WRITERS[kind](value);
}

/// How a figure compares with the one before: as docs/metrics.md says, relative to what was before, or in points and
/// absolute where that tells more.
export interface Comparison {
  text: string;
  trend: "up" | "down" | "same";
  verdict: "better" | "worse" | "neutral";
  before: string;
}

/// The comparison of a measure; none where either value is missing.
export function compare(measure: Measure, now: FiguresFragment, before: FiguresFragment): Comparison | undefined {
  const { kind, better, value } = WORDS[measure];
  const [current, previous] = [value(now), value(before)];
  if (current === null || previous === null) return undefined;
  const absolute = rounded(kind, current - previous);
  const trend = absolute === 0 ? "same" : 0 < absolute ? "up" : "down";
  const good = better === "higher" ? "up" : "down";
  const verdict = trend === "same" || better === undefined ? "neutral" : trend === good ? "better" : "worse";
  return { text: changeText(kind, absolute, previous), trend, verdict, before: write(kind, previous) };
}

/// As exact as it is written, so that what reads as no change is none.
function rounded(kind: Kind, difference: number): number {
  if (kind === "share") return Math.round(difference * 1000) / 1000;
  return kind === "average" ? Math.round(difference * 100) / 100 : difference;
}

function changeText(kind: Kind, absolute: number, previous: number): string {
  if (kind === "share") return `${difference(absolute * 100)} pts`;
  if (kind === "average") return difference(absolute);
  return previous === 0 ? difference(absolute) : relative(absolute / previous);
}
