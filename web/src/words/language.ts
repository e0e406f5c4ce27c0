import type { nouns, texts } from "./de.ts";

/** A text of the dashboard: it is written in English where it stands, and found by that in the catalogue. */
export type Text = keyof typeof texts;
/** What is counted. */
export type Noun = keyof typeof nouns;

const reader = typeof navigator === "undefined" ? "en" : navigator.language;

/** The language of the dashboard: the reader's where there is a catalogue of it, else English. */
export const language: "de" | "en" = /^de\b/i.test(reader) ? "de" : "en";

// Waited for, so that texts of tables and lists are right from the beginning; where it can't be loaded, texts are in English.
const catalogue = language === "de" ? await import("./de.ts").catch(() => undefined) : undefined;
const rules = new Intl.PluralRules(language);

/** That text in the reader's language, with the values at the places `{0}`, `{1}` and so on. */
export function t(text: Text, ...values: (string | number | undefined)[]): string {
  const shown: string = catalogue?.texts[text] ?? text;
  return shown.replaceAll(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)] ?? ""));
}

/** That noun for so many: `day` and `days`. */
export function noun(value: number, one: Noun): string {
  const forms: { one: string; other: string } = catalogue?.nouns[one] ?? { one, other: `${one}s` };
  return rules.select(value) === "one" ? forms.one : forms.other;
}

/** A name within a sentence: German keeps its capital letters. */
export const within = (name: string) => (language === "de" ? name : name.toLowerCase());
