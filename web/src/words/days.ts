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

/** 1 Mar */
export const shortDay = (day: string) => formats.short.format(at(day));
/** Sun, 1 Mar 2026 */
export const longDay = (day: string) => formats.long.format(at(day));
/** 1 Mar 2026 */
export const datedDay = (day: string) => formats.dated.format(at(day));

/** 1 – 7 Mar 2026 */
export function dayRange(from: string, to: string): string {
  return from === to ? longDay(from) : formats.dated.formatRange(at(from), at(to));
}

/** A point of a series on an axis: as little as tells it from its neighbours. */
export function pointName(from: string, group: Granularity): string {
  if (group === "MONTH") return formats.month.format(at(from));
  return group === "YEAR" ? formats.year.format(at(from)) : shortDay(from);
}

/** Monday is 1. */
export const weekday = (number: number) => formats.weekday.format(at(`2024-01-0${number}`));
export const weekdayLong = (number: number) => formats.weekdayLong.format(at(`2024-01-0${number}`));

/** 14:00, or as the reader writes hours. */
export function hour(number: number): string {
  return new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(
    number * 3_600_000,
  );
}

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** Monday 14:00, whoever reads it. */
export const hourOfWeek = (weekday: number, hour: number) =>
  `${WEEKDAYS[weekday - 1]} ${String(hour).padStart(2, "0")}:00`;

/** How far clocks are from UTC since an instant. */
export interface TimezoneOffset {
  from: string;
  seconds: number;
}

/**
 * How instants of the workspace are written: on its clocks, as its days are. Where its clocks are is what the server says:
 * a browser may lack the zone, or have other rules. With no offsets, instants are those of UTC, and `zone` says so.
 */
export function instants(timezone: string, offsets: readonly TimezoneOffset[]) {
  const time = format({ hour: "numeric", minute: "2-digit" });
  const moment = format({ dateStyle: "medium", timeStyle: "short" });
  const changes = offsets.map(({ from, seconds }) => ({ at: Date.parse(from), ahead: seconds * 1_000 }));
  const local = (instant: string): Date => {
    const at = Date.parse(instant);
    const begun = changes.findLast((change) => change.at <= at) ?? changes[0];
    return new Date(at + (begun?.ahead ?? 0));
  };
  return {
    /** The zone that they are written in. */
    zone: offsets.length === 0 ? "UTC" : timezone,
    /** 14:32 */
    time: (instant: string) => time.format(local(instant)),
    /** 1 Mar 2026, 14:32 */
    moment: (instant: string) => moment.format(local(instant)),
    /** The day on which it falls. */
    day: (instant: string) => local(instant).toISOString().slice(0, 10),
  };
}

export type Instants = ReturnType<typeof instants>;

function at(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
}
