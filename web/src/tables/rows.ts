import type {
  AttributeTableQuery,
  ChannelTableQuery,
  FiguresFragment,
  LabelTableQuery,
  MemberTableQuery,
  TeamTableQuery,
} from "../../generated/graphql.ts";
import type { Part } from "../drill/drill.ts";
import { valueName } from "../report/use-attributes.ts";
import { NO_VALUE } from "../url/report-state.ts";
import { addDays, type Days, lengthOf } from "../words/calendar.ts";

/** A row of a table: whose figures, those of before, and the conversations of each stretch of the period. */
export interface TableRow {
  id: string;
  name: string;
  /** `#rrggbb`, of labels. */
  color?: string | null;
  /** Whether it is a member who has left. */
  left?: boolean;
  now: FiguresFragment;
  before: FiguresFragment | undefined;
  /** Of the conversations that the table is of. */
  share: number | null;
  /** New conversations a day, in each stretch of the period: stretches may differ by a day. Empty where they are not known. */
  trend: number[];
  part: Part;
}

/** How many stretches the small lines have at most: as many as the queries ask for. */
const STRETCHES = 8;

/** A period in up to eight stretches of about the same length, in order. */
export function stretchesOf(days: Days): Days[] {
  const length = lengthOf(days);
  const parts = Math.min(STRETCHES, length);
  const cut = (at: number) => addDays(days.from, Math.floor((length * at) / parts));
  return Array.from({ length: parts }, (_, at) => ({ from: cut(at), to: addDays(cut(at + 1), -1) }));
}

/** The variables `t0` to `t7` of a table's query; what a short period does not fill repeats its last stretch. */
export function stretchInput(days: Days) {
  const stretches = stretchesOf(days);
  const at = (index: number) => ({ between: stretches[Math.min(index, stretches.length - 1)] ?? days });
  return { t0: at(0), t1: at(1), t2: at(2), t3: at(3), t4: at(4), t5: at(5), t6: at(6), t7: at(7) };
}

/** The answers to these variables, in order. */
function stretchAnswers<Answer>(data: Record<`t${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`, Answer>, days: Days): Answer[] {
  const { t0, t1, t2, t3, t4, t5, t6, t7 } = data;
  return [t0, t1, t2, t3, t4, t5, t6, t7].slice(0, stretchesOf(days).length);
}

/** A share of all; none of nothing. */
const shareOf = (part: number, all: number) => (all === 0 ? null : part / all);

/** What a row of any table is found by in the other answers. */
type Found<One> = { id: (one: One) => string; count: (one: One) => number };

/** The counts of that row a day, in the answer to each stretch. */
function trendOf<One>(answers: readonly (readonly One[] | null | undefined)[], days: Days, of: Found<One>) {
  const lengths = stretchesOf(days).map(lengthOf);
  return (id: string) =>
    answers.map((ones, at) => {
      const one = ones?.find((other) => of.id(other) === id);
      return one === undefined ? 0 : of.count(one) / (lengths[at] ?? 1);
    });
}

/** Labels: a conversation with several counts for each. */
export function labelRows(data: LabelTableQuery, days: Days): TableRow[] {
  const answers = stretchAnswers(data, days);
  const trend = trendOf(answers, days, { id: (one) => one.label.id, count: (one) => one.conversations });
  const before = new Map(data.labelsBefore?.map(({ label, metrics }) => [label.id, metrics]));
  return (data.labels ?? []).map(({ label, metrics, share }) => ({
    id: label.id,
    name: label.title,
    color: label.color,
    now: metrics,
    before: before.get(label.id),
    share,
    trend: trend(label.id),
    part: { label: label.id },
  }));
}

export function channelRows(data: ChannelTableQuery, days: Days): TableRow[] {
  const answers = stretchAnswers(data, days).map((answer) => answer?.channels);
  const trend = trendOf(answers, days, { id: (one) => one.channel, count: (one) => one.metrics.conversations });
  const before = new Map(data.before?.channels.map(({ channel, metrics }) => [channel, metrics]));
  const all = data.team?.metrics.conversations ?? 0;
  return (data.team?.channels ?? []).map(({ channel, metrics }) => ({
    id: channel,
    name: channel,
    now: metrics,
    before: before.get(channel),
    share: shareOf(metrics.conversations, all),
    trend: trend(channel),
    part: { channel },
  }));
}

export function memberRows(data: MemberTableQuery, days: Days): TableRow[] {
  const answers = stretchAnswers(data, days).map((answer) => answer?.members);
  const trend = trendOf(answers, days, { id: (one) => one.member.id, count: (one) => one.metrics.conversations });
  const before = new Map(data.before?.members.map(({ member, metrics }) => [member.id, metrics]));
  const all = data.team?.metrics.conversations ?? 0;
  return (data.team?.members ?? []).map(({ member, metrics }) => ({
    id: member.id,
    name: member.name,
    left: !member.active,
    now: metrics,
    before: before.get(member.id),
    share: shareOf(metrics.conversations, all),
    trend: trend(member.id),
    part: { member: member.id },
  }));
}

/** Teams: who is in several counts in each, so that the shares may be more than all. */
export function teamRows(data: TeamTableQuery, days: Days): TableRow[] {
  const answers = stretchAnswers(data, days).map((answer) => answer?.teams);
  const trend = trendOf(answers, days, { id: (one) => one.team.id, count: (one) => one.metrics.conversations });
  const before = new Map(data.before?.teams.map(({ team, metrics }) => [team.id, metrics]));
  const all = data.team?.metrics.conversations ?? 0;
  return (data.team?.teams ?? []).map(({ team, metrics }) => ({
    id: team.id,
    name: team.name,
    now: metrics,
    before: before.get(team.id),
    share: shareOf(metrics.conversations, all),
    trend: trend(team.id),
    part: { team: team.id },
  }));
}

/** The values of an attribute, and what has none. A conversation with several counts for each. */
export function attributeRows(key: string, data: AttributeTableQuery, days: Days): TableRow[] {
  const answers = stretchAnswers(data, days);
  const lists = answers.map((answer) => answer?.nodes);
  const trend = trendOf(lists, days, { id: ownValue, count: (one) => one.metrics.conversations });
  // A list of many values ends before those that are rare.
  const cut = answers.filter((answer) => answer && answer.nodes.length < answer.totalCount);
  const isKnown = (value: string) => cut.every((answer) => answer?.nodes.some((one) => ownValue(one) === value));
  const before = new Map(data.valuesBefore?.nodes.map((one) => [ownValue(one), one.metrics]));
  const all = data.team?.metrics.conversations ?? 0;
  return (data.values?.nodes ?? []).map((one) => {
    const value = ownValue(one);
    return {
      id: value,
      name: valueName(value),
      now: one.metrics,
      before: before.get(value),
      share: shareOf(one.metrics.conversations, all),
      trend: isKnown(value) ? trend(value) : [],
      part: { attribute: { key, value } },
    };
  });
}

const ownValue = ({ keys }: { keys: { id: string | null }[] }) => keys[0]?.id ?? NO_VALUE;
