import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

const ROOT = import.meta.dirname;
const FILES = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
const read = (name: string) => readFileSync(join(ROOT, name), "utf8");

/** The folders that the files of each folder import from. */
function folders(): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const name of FILES.filter((file) => !file.includes(".test."))) {
    for (const [, path] of read(name).matchAll(/(?:from|import\() ?"(\.{1,2}\/[^"]+)"/g)) {
      const target = relative(ROOT, resolve(ROOT, dirname(name), path ?? ""));
      const [from, to] = [dirname(name), dirname(target)];
      if (from === "." || from === to || to.startsWith("..")) continue;
      graph.set(from, (graph.get(from) ?? new Set()).add(to));
    }
  }
  return graph;
}

/** A way from a folder back to itself; none where there is no circle. */
function circle(graph: Map<string, Set<string>>): string[] | undefined {
  const done = new Set<string>();
  const walk = (folder: string, way: string[]): string[] | undefined => {
    if (way.includes(folder)) return [...way.slice(way.indexOf(folder)), folder];
    if (done.has(folder)) return undefined;
    for (const next of graph.get(folder) ?? []) {
      const found = walk(next, [...way, folder]);
      if (found) return found;
    }
    done.add(folder);
    return undefined;
  };
  for (const folder of graph.keys()) {
    const found = walk(folder, []);
    if (found) return found;
  }
  return undefined;
}

test("no folder imports, by whatever way, from one that imports from it", () => {
  const graph = folders();
  assert.ok(graph.get("report")?.has("charts"), "imports are read");
  assert.equal(circle(graph)?.join(" -> "), undefined);
  assert.deepEqual(
    circle(
      new Map([
        ["a", new Set(["b"])],
        ["b", new Set(["a"])],
      ]),
    ),
    ["a", "b", "a"],
  );
});

test("comments on declarations are those that editors show", () => {
  const hidden = FILES.filter((name) => /^\s*\/\/\//m.test(read(name)));
  assert.deepEqual(hidden, []);
});
