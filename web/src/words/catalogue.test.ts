import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseSync } from "vite";
import { nouns, texts } from "./de.ts";
import { noun, t } from "./language.ts";

const ROOT = join(import.meta.dirname, "..");
const SOURCES = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.tsx?$/.test(name) && !/\.test\.|^graphiql\.ts$|^words\/de\.ts$/.test(name),
);

/** Attributes and properties whose values nobody reads. */
const UNREAD = /^(class|key|id|href|type|d|role|scope|kind|shade|viewBox|fontFamily|data-.*)$/;
/** Types, imports and errors for developers. */
const SKIPPED =
  /^(ImportDeclaration|ImportExpression|TSLiteralType|TSTypeAliasDeclaration|TSInterfaceDeclaration|TSTypeAnnotation|TSTypeParameterInstantiation|ThrowStatement)$/;
/** Names, formats, and what files have the same whoever reads them. */
const NO_WORDS = [
  /^(Caseload|GraphiQL|PNG|CSV|XLSX|Escape)$/,
  /^Bearer /,
  /^\(prefers-/,
  /^\.charts/,
  /^swatch /,
  /^yyyy-/,
  /system-ui/,
  /· Caseload$/,
  /^(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)$/,
  /^(RoleChange|TokenChange|ZoneRequest|HoursRequest|RunRequest|ImportCounts)$/,
  /^(top labels|busy hours|first response|first response spread|labels |conversations )$/,
  /^(over | to | s|score \(1 to 5\))$/,
];

type Node = Record<string, unknown> & { type: string };

interface Found {
  /** Texts for people that are not asked of the catalogue. */
  bare: string[];
  /** Those that are. */
  asked: string[];
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;
const isRead = (text: string, isElement: boolean) =>
  /\p{L}{2}/u.test(text) && (isElement || /^\p{Lu}\p{Ll}|\p{L} |\s\p{L}/u.test(text));
const nameOf = (node: unknown) => (isNode(node) ? String(node.name ?? node.value) : "");

/** The texts of a source, as its syntax has them. */
function textsOf(code: string, file: string): Found {
  const found: Found = { bare: [], asked: [] };
  const add = (text: string, isElement: boolean) => {
    const plain = text.replaceAll(/\s+/g, isElement ? " " : "$&");
    const shown = isElement ? plain.trim() : plain;
    if (isRead(shown, isElement) && !NO_WORDS.some((one) => one.test(shown))) found.bare.push(`${file}: ${shown}`);
  };
  const children = (node: Node) => {
    for (const [key, value] of Object.entries(node)) if (key !== "parent") walk(value);
  };
  const call = (node: Node): boolean => {
    const [first, ...rest] = node.arguments as unknown[];
    if (!/^(t|noun|counted|element)$/.test(nameOf(node.callee))) return false;
    if (nameOf(node.callee) === "t" && isNode(first) && first.type === "Literal") found.asked.push(String(first.value));
    walk(rest);
    return true;
  };
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const one of node) walk(one);
      return;
    }
    if (!isNode(node) || SKIPPED.test(node.type)) return;
    if (node.type === "CallExpression" && call(node)) return;
    if (node.type === "JSXAttribute" && UNREAD.test(nameOf(node.name))) return;
    if (node.type === "Property" && UNREAD.test(nameOf(node.key))) return;
    if (node.type === "Property") walk(node.value);
    else if (node.type === "JSXText") add(String(node.value), true);
    else if (node.type === "Literal" && typeof node.value === "string") add(node.value, false);
    else if (node.type === "TemplateElement") add(String((node.value as { cooked: string }).cooked), false);
    else children(node);
  };
  walk(parseSync(file, code).program);
  return found;
}

const FOUND = SOURCES.map((name) => textsOf(readFileSync(join(ROOT, name), "utf8"), name));

test("every text that people read comes from the catalogue", () => {
  assert.deepEqual(
    FOUND.flatMap(({ bare }) => bare),
    [],
  );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
  const sample = '<p title="For people">{n} days <b class="Not this">{t("Save {0}", `Very ${x}`)}</b></p>';
  assert.deepEqual(textsOf(sample, "a.tsx"), {
    bare: ["a.tsx: For people", "a.tsx: days", "a.tsx: Very "],
    asked: ["Save {0}"],
  });
});

test("the catalogue has each text, with the same places, and none that no page uses", () => {
  const asked = new Set(FOUND.flatMap((found) => found.asked));
  assert.ok(asked.size > 300);
  assert.deepEqual(Object.keys(texts).sort(), [...asked].sort());
  const places = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([place]) => place).sort();
  for (const [text, translated] of Object.entries(texts)) assert.deepEqual(places(translated), places(text), text);
  for (const [one, forms] of Object.entries(nouns)) assert.ok(forms.one && forms.other, one);
});

test("values stand where the text has their places, whatever they hold", () => {
  assert.equal(t("{0} of {1}", "{1}", 3), "{1} of 3");
  assert.deepEqual(
    [0, 1, 2].map((count) => noun(count, "day")),
    ["days", "day", "days"],
  );
});
