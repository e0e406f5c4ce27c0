import type { Clock, Granularity, Measure, PeriodInput, PeriodPreset, ReportFilter } from "../../generated/graphql.ts";
import { type Against, isDay, lengthOf, type PeriodChoice } from "../words/calendar.ts";
import { t } from "../words/language.ts";
import { HOURLY, MEASURE_IDS } from "../words/measures.ts";

/** What the figures are restricted to; empty lists restrict nothing. */
export interface FilterChoice {
  members: string[];
  teams: string[];
  labels: string[];
  channels: string[];
  /** Each restricts the others. */
  attributes: AttributeChoice[];
  unassigned: boolean;
}

/** The values chosen of an attribute, as alternatives. */
export interface AttributeChoice {
  key: string;
  values: string[];
}

/** Stands for "without a value" among the values of an attribute: a conversation has no empty ones. */
export const NO_VALUE = "";

/** A value of an attribute, or none of that key. */
export interface AttributeValue {
  key: string;
  value: string;
}

/** A number whose conversations are listed: its measure, and what it covers within the report's period and filter. */
export interface Drill {
  measure: Measure;
  member?: string;
  team?: string;
  label?: string;
  channel?: string;
  attribute?: AttributeValue;
  unassigned?: boolean;
  from?: string;
  to?: string;
  /** Those of which something happened in one hour of the week, as in `3-14` for Wednesday, 14:00 to 14:59. */
  hour?: string;
  /** Those first answered within so many seconds, from the first to before the second, as in `300-900` or `86400-`. */
  seconds?: string;
  /** Those that ended neither won nor lost. */
  neither?: boolean;
  /** Those that were rated with it. */
  score?: number;
}

/** Everything that a report's address says. */
export interface ReportState {
  period: PeriodChoice;
  against: Against;
  /** By which durations are measured. */
  clock: Clock;
  filter: FilterChoice;
  group: Granularity | undefined;
  by: Measure;
  busy: Measure;
  member: string | undefined;
  /** The attribute whose table is shown. */
  key: string | undefined;
  /** Two rows of a table that stand side by side. */
  pair: string[];
  score: [number, number] | undefined;
  commented: boolean;
  list: Drill | undefined;
  /** What of the period the address says wrongly, for people. */
  problem: string | undefined;
}

/** In pairs, as they are offered. */
export const PRESETS: readonly PeriodPreset[] = [
  "TODAY",
  "YESTERDAY",
  "THIS_WEEK",
  "LAST_WEEK",
  "THIS_MONTH",
  "LAST_MONTH",
  "THIS_QUARTER",
  "LAST_QUARTER",
  "THIS_YEAR",
  "LAST_YEAR",
  "LAST_7_DAYS",
  "LAST_30_DAYS",
  "LAST_90_DAYS",
];
export const GROUPS: readonly Granularity[] = ["DAY", "WEEK", "MONTH", "YEAR"];

const DEFAULT_PRESET: PeriodPreset = "LAST_30_DAYS";
/** The longest period that the API takes. */
const MOST_DAYS = 3_660;
export const NO_FILTER: FilterChoice = {
  members: [],
  teams: [],
  labels: [],
  channels: [],
  attributes: [],
  unassigned: false,
};

/** What the keys of attributes are made of. */
const KEY = /^[a-z][a-z0-9_]*$/;

/** Reads an address; what it does not say, or says wrongly, is the default. */
export function parseReport(search: string): ReportState {
  const params = new URLSearchParams(search);
  return {
    period: parsePeriod(params),
    problem: problemOf(params),
    against: params.get("compare") === "YEAR_BEFORE" ? "YEAR_BEFORE" : "PERIOD",
    clock: params.get("clock") === "business" ? "BUSINESS" : "CALENDAR",
    filter: {
      // `agent` is how addresses of earlier versions named the one member whose charts were shown.
      members: params.has("members") ? params.getAll("members") : params.getAll("agent"),
      teams: params.getAll("team"),
      labels: params.getAll("label"),
      channels: params.getAll("channel"),
      attributes: parseAttributes(params.getAll("attr")),
      unassigned: params.get("unassigned") === "1",
    },
    group: oneOf(params.get("group"), GROUPS),
    by: oneOf(params.get("by"), MEASURE_IDS) ?? "CLOSED",
    busy: oneOf(params.get("busy"), HOURLY) ?? "CONVERSATIONS",
    member: params.get("member") ?? undefined,
    key: KEY.exec(params.get("key") ?? "")?.[0],
    pair: params.getAll("pair").slice(0, 2),
    score: parseScore(params.get("score")),
    commented: params.get("commented") === "1",
    list: parseDrill(params),
  };
}

/** The query part of the address that says so, without what is the default. */
export function writeReport(state: ReportState): string {
  const params = new URLSearchParams();
  const put = (name: string, value: string | undefined) => value !== undefined && params.set(name, value);
  if ("from" in state.period) {
    put("from", state.period.from);
    put("to", state.period.to);
  } else if (state.period.preset !== DEFAULT_PRESET) {
    put("period", state.period.preset);
  }
  if (state.against !== "PERIOD") put("compare", state.against);
  if (state.clock === "BUSINESS") put("clock", "business");
  for (const id of state.filter.members) params.append("members", id);
  for (const id of state.filter.teams) params.append("team", id);
  for (const id of state.filter.labels) params.append("label", id);
  for (const name of state.filter.channels) params.append("channel", name);
  for (const { key, values } of state.filter.attributes) {
    for (const value of values) params.append("attr", writeAttribute({ key, value }));
  }
  if (state.filter.unassigned) put("unassigned", "1");
  put("group", state.group);
  if (state.by !== "CLOSED") put("by", state.by);
  if (state.busy !== "CONVERSATIONS") put("busy", state.busy);
  put("member", state.member);
  put("key", state.key);
  for (const id of state.pair) params.append("pair", id);
  if (state.score) put("score", state.score.join("-"));
  if (state.commented) put("commented", "1");
  writeDrill(params, state.list);
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** As the API takes it. */
export function periodInput(period: PeriodChoice): PeriodInput {
  return "from" in period ? { between: { from: period.from, to: period.to } } : { preset: period.preset };
}

/** As the API takes it: what restricts nothing is left out, for there an empty list lets nothing pass. */
export function filterInput(filter: FilterChoice): ReportFilter {
  const some = <One>(list: One[]) => (list.length > 0 ? list : undefined);
  const attributes = filter.attributes.map(({ key, values }) => ({
    key,
    anyOf: values.map((value) => (value === NO_VALUE ? null : value)),
  }));
  return {
    memberIds: some(filter.members),
    teamIds: some(filter.teams),
    labelIds: some(filter.labels),
    channels: some(filter.channels),
    attributes: some(attributes),
    unassigned: filter.unassigned || undefined,
  };
}

/** What is chosen of all attributes, with these values of that key: none restrict nothing. */
export function withAttribute(chosen: AttributeChoice[], key: string, values: string[]): AttributeChoice[] {
  const others = chosen.filter((one) => one.key !== key);
  return values.length > 0 ? [...others, { key, values }] : others;
}

/** The length of points that suits a period, where none is chosen. */
export function suitableGroup(days: number): Granularity {
  if (days <= 45) return "DAY";
  return days <= 200 ? "WEEK" : "MONTH";
}

function parsePeriod(params: URLSearchParams): PeriodChoice {
  const from = params.get("from");
  const to = params.get("to");
  if (from && to && problemOf(params) === undefined) return { from, to };
  return { preset: oneOf(params.get("period"), PRESETS) ?? DEFAULT_PRESET };
}

function problemOf(params: URLSearchParams): string | undefined {
  const from = params.get("from");
  const to = params.get("to");
  const preset = params.get("period");
  if (preset !== null && !PRESETS.some((one) => one === preset)) return t('There is no period "{0}".', preset);
  if (from === null && to === null) return undefined;
  if (from === null || to === null) return t("A period needs both its first and its last day.");
  const wrong = [from, to].find((day) => !isDay(day));
  if (wrong !== undefined) return t('"{0}" is no day of the calendar. Days are written like 2026-03-01.', wrong);
  if (to < from) return t("The last day, {0}, is before the first, {1}.", to, from);
  return lengthOf({ from, to }) > MOST_DAYS ? t("A period has at most {0} days.", MOST_DAYS) : undefined;
}

function parseScore(text: string | null): [number, number] | undefined {
  const match = /^([1-5])-([1-5])$/.exec(text ?? "");
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** A value as an address has it: a key has no colon, a value may have any character. */
function writeAttribute({ key, value }: AttributeValue): string {
  return `${key}:${value}`;
}

function parseAttribute(text: string): AttributeValue | undefined {
  const colon = text.indexOf(":");
  const key = text.slice(0, Math.max(colon, 0));
  return KEY.test(key) ? { key, value: text.slice(colon + 1) } : undefined;
}

/** Each key once, with its values. */
function parseAttributes(texts: string[]): AttributeChoice[] {
  const chosen = new Map<string, Set<string>>();
  for (const { key, value } of texts.map(parseAttribute).filter((one) => one !== undefined)) {
    chosen.set(key, (chosen.get(key) ?? new Set()).add(value));
  }
  return Array.from(chosen, ([key, values]) => ({ key, values: [...values] }));
}

function parseDrill(params: URLSearchParams): Drill | undefined {
  const measure = oneOf(params.get("list"), MEASURE_IDS);
  if (!measure) return undefined;
  const read = (name: string) => params.get(`list-${name}`) ?? undefined;
  return {
    measure,
    member: read("member"),
    team: read("team"),
    label: read("label"),
    channel: read("channel"),
    attribute: parseAttribute(read("attribute") ?? ""),
    unassigned: read("unassigned") === "1" || undefined,
    from: read("from"),
    to: read("to"),
    hour: /^[1-7]-(1?\d|2[0-3])$/.exec(read("hour") ?? "")?.[0],
    seconds: read("seconds"),
    neither: read("neither") === "1" || undefined,
    score: /^[1-5]$/.test(read("score") ?? "") ? Number(read("score")) : undefined,
  };
}

function writeDrill(params: URLSearchParams, drill: Drill | undefined): void {
  if (!drill) return;
  params.set("list", drill.measure);
  for (const name of ["member", "team", "label", "channel", "from", "to", "hour", "seconds"] as const) {
    const value = drill[name];
    if (value !== undefined) params.set(`list-${name}`, value);
  }
  if (drill.attribute) params.set("list-attribute", writeAttribute(drill.attribute));
  if (drill.unassigned) params.set("list-unassigned", "1");
  if (drill.neither) params.set("list-neither", "1");
  if (drill.score !== undefined) params.set("list-score", String(drill.score));
}

function oneOf<T extends string>(text: string | null, known: readonly T[]): T | undefined {
  return known.find((one) => one === text);
}
