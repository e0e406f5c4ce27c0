import assert from "node:assert/strict";
import { test } from "node:test";

// A reader of German, before anything asks for the language.
Object.defineProperty(globalThis, "navigator", { value: { language: "de-AT" }, configurable: true });
const { language, noun, t, within } = await import("./language.ts");
const { MEASURES } = await import("./measures.ts");
const { counted } = await import("./numbers.ts");

test("a reader of German has German texts, plurals and names", () => {
  assert.equal(language, "de");
  assert.equal(t("Custom range"), "Eigener Zeitraum");
  assert.equal(t("All {0}", within(t("Labels"))), "Alle Labels");
  assert.equal(MEASURES.CLOSED.name, "Geschlossen");
  assert.equal(noun(1, "day"), "Tag");
  assert.equal(counted(1_200, "rating").replaceAll(/\s/g, " "), "1 200 Bewertungen");
});
