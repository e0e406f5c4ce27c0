import type { Granularity } from "../../generated/graphql.ts";

const locale = typeof navigator === "undefined" ? "en" : navigator.language;

// A day is a calendar day and no instant: it is written in the zone in which it is read.
const formats = {
  short: format({ day: "numeric", month: "short" }),
  long: format({ weekday: "short", day: "numeric", month: "short", year: "numeric" }),
  dated: format({ day: "numeric", month: "short", year: "numeric" }),
  month: format({ month: "short", year: "numeric" }),
  year: format({ year: "numeric" }),
  weekday: format({ weekday: "short" }),
  weekdayLong: format({ weekday: "long" }),
};

/// 1 Mar
export const shortDay = (day: string) => formats.short.format(at(day));
/// Sun, 1 Mar 2026
export const longDay = (day: string) => formats.long.format(at(day));
/// 1 Mar 2026
export const datedDay = (day: string) => formats.dated.format(at(day));

/// 1 – 7 Mar 2026
export function dayRange(from: string, to: string): string {
  return from === to ? longDay(from) : formats.dated.formatRange(at(from), at(to));
}

/// A point of a series on an axis: as little as tells it from its neighbours.
export function pointName(from: string, group: Granularity): string {
  if (group === "MONTH") return formats.month.format(at(from));
  return group === "YEAR" ? formats.year.format(at(from)) : shortDay(from);
}

/// Monday is 1.
export const weekday = (number: number) => formats.weekday.format(at(`2024-01-0${number}`));
export const weekdayLong = (number: number) => formats.weekdayLong.format(at(`2024-01-0${number}`));

/// 14:00, or as the reader writes hours.
export function hour(number: number): string {
  return new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(
    number * 3_600_000,
  );
}

/// That day so many days later.
export function addDays(day: string, days: number): string {
  return new Date(at(day).getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

/// How instants of the workspace are written: in its zone, as its days are.
export function instants(zone: string) {
  const options = { timeZone: zone } as const;
  const time = new Intl.DateTimeFormat(locale, { ...options, hour: "numeric", minute: "2-digit" });
  const moment = new Intl.DateTimeFormat(locale, { ...options, dateStyle: "medium", timeStyle: "short" });
  const date = new Intl.DateTimeFormat("en-CA", { ...options, year: "numeric", month: "2-digit", day: "2-digit" });
  return {
    /// 14:32
    time: (instant: string) => time.format(new Date(instant)),
    /// 1 Mar 2026, 14:32
    moment: (instant: string) => moment.format(new Date(instant)),
    /// The day on which it falls.
    day: (instant: string) => date.format(new Date(instant)),
  };
}

export type Instants = ReturnType<typeof instants>;

function at(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
}
