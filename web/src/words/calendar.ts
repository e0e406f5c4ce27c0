import type { Granularity, PeriodPreset } from "../../generated/graphql.ts";

/** What figures are compared with: the period before, or the same one a year earlier. */
export type Against = "PERIOD" | "YEAR_BEFORE";

/** Calendar days from one to another, both included. */
export interface Days {
  from: string;
  to: string;
}

/** Days by name, or from one to another. */
export type PeriodChoice = { preset: PeriodPreset } | Days;

type Unit = "WEEK" | "MONTH" | "QUARTER" | "YEAR";

/** The presets of the calendar: which unit, and whether it is the whole one before this one. */
const OF_CALENDAR: Partial<Record<PeriodPreset, { unit: Unit; whole: boolean }>> = {
  THIS_WEEK: { unit: "WEEK", whole: false },
  LAST_WEEK: { unit: "WEEK", whole: true },
  THIS_MONTH: { unit: "MONTH", whole: false },
  LAST_MONTH: { unit: "MONTH", whole: true },
  THIS_QUARTER: { unit: "QUARTER", whole: false },
  LAST_QUARTER: { unit: "QUARTER", whole: true },
  THIS_YEAR: { unit: "YEAR", whole: false },
  LAST_YEAR: { unit: "YEAR", whole: true },
};
const LENGTHS: Partial<Record<PeriodPreset, number>> = { LAST_7_DAYS: 7, LAST_30_DAYS: 30, LAST_90_DAYS: 90 };
const MONTHS: Record<Unit, number> = { WEEK: 0, MONTH: 1, QUARTER: 3, YEAR: 12 };
const IN_YEAR: Record<Unit, number> = { WEEK: 52, MONTH: 12, QUARTER: 4, YEAR: 1 };
const DAY_MS = 86_400_000;

/** Whether that is a day of the calendar: 2026-02-30 is none. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** How many days those are. */
export const lengthOf = ({ from, to }: Days) => 1 + Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

/** That day so many days later. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The days of a period, as the API counts them from that today. */
export function daysOf(period: PeriodChoice, today: string): Days {
  if ("from" in period) return period;
  const calendar = OF_CALENDAR[period.preset];
  if (calendar) return calendarDays(calendar, today, 0);
  if (period.preset === "YESTERDAY") return { from: addDays(today, -1), to: addDays(today, -1) };
  return { from: addDays(today, 1 - (LENGTHS[period.preset] ?? 1)), to: today };
}

/** The days that a period is compared with, by the rules of docs/metrics.md. */
export function daysBefore(period: PeriodChoice, today: string, against: Against): Days {
  const calendar = "preset" in period ? OF_CALENDAR[period.preset] : undefined;
  if (calendar) return calendarDays(calendar, today, against === "PERIOD" ? 1 : IN_YEAR[calendar.unit]);
  const days = daysOf(period, today);
  if (against === "YEAR_BEFORE") return { from: addMonths(days.from, -12), to: addMonths(days.to, -12) };
  const to = addDays(days.from, -1);
  return { from: addDays(to, 1 - lengthOf(days)), to };
}

/** The last whole day of the week, month or year that begins, or is cut off, at that day. */
export function endOf(day: string, group: Granularity): string {
  if (group === "DAY") return day;
  const unit = group as Unit;
  return addDays(begin(startOf(day, unit), unit, 1), -1);
}

/** So many units before the one that the preset names. */
function calendarDays({ unit, whole }: { unit: Unit; whole: boolean }, today: string, back: number): Days {
  const start = startOf(today, unit);
  if (whole) {
    const from = begin(start, unit, -1 - back);
    return { from, to: addDays(begin(from, unit, 1), -1) };
  }
  const to = unit === "WEEK" ? addDays(today, -7 * back) : addMonths(today, -MONTHS[unit] * back);
  return { from: begin(start, unit, -back), to };
}

function startOf(day: string, unit: Unit): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (unit === "WEEK") return addDays(day, -((date.getUTCDay() + 6) % 7));
  const month = date.getUTCMonth();
  const first = unit === "MONTH" ? month : unit === "QUARTER" ? month - (month % 3) : 0;
  return new Date(Date.UTC(date.getUTCFullYear(), first, 1)).toISOString().slice(0, 10);
}

/** The beginning of the unit so many units later. */
function begin(start: string, unit: Unit, units: number): string {
  return unit === "WEEK" ? addDays(start, 7 * units) : addMonths(start, MONTHS[unit] * units);
}

/** The same day of the month so many months later; the month's last day where it is shorter. */
function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}
