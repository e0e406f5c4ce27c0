import { type Noun, noun } from "./language.ts";

/** Numbers as the browser's reader writes them. */
const locale = typeof navigator === "undefined" ? "en" : navigator.language;

const counts = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const shares = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
const averages = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const changes = new Intl.NumberFormat(locale, {
  style: "percent",
  maximumFractionDigits: 0,
  signDisplay: "exceptZero",
});
const slightChanges = new Intl.NumberFormat(locale, {
  style: "percent",
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});
const differences = new Intl.NumberFormat(locale, { maximumFractionDigits: 2, signDisplay: "exceptZero" });

/** What stands where there is no value. */
export const NONE = "–";

export const count = (value: number) => counts.format(value);
export const share = (value: number) => shares.format(value);
export const average = (value: number) => averages.format(value);
export const relative = (value: number) => (Math.abs(value) < 0.1 ? slightChanges : changes).format(value);
export const difference = (value: number) => differences.format(value);

/** So many of them: `1 day`, `2 days`. */
export const counted = (value: number, one: Noun) => `${count(value)} ${noun(value, one)}`;
/** A score in words. */
export const stars = (score: number) => counted(score, "star");

/** Seconds for people: the two largest units that count, as in `3 m 20 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "m"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => size <= whole);
  if (first === -1) return "0 s";
  const [size, name] = units[first] as [number, string];
  const second = units[first + 1];
  if (!second) return `${counts.format(whole)} ${name}`;
  // Rounded to the second unit first, so that 59 m 59.6 s is an hour and not 60 minutes.
  const rounded = Math.round(whole / second[0]) * second[0];
  if (rounded !== whole) return duration(rounded);
  const rest = (rounded % size) / second[0];
  const head = `${counts.format(Math.floor(rounded / size))} ${name}`;
  return rest === 0 ? head : `${head} ${rest} ${second[1]}`;
}
