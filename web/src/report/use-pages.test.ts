import assert from "node:assert/strict";
import { test } from "node:test";
import { FeedbackDocument, type FeedbackQuery } from "../../generated/graphql.ts";

Object.assign(globalThis, { location: { protocol: "http:", host: "localhost" }, document: {} });
Object.assign(globalThis, { addEventListener: () => undefined, WebSocket: class {} });
const { allPages } = await import("./use-pages.ts");

const listOf = (data: FeedbackQuery) => data.feedback;

/** Answers with these pages, one after the other; says how many were asked for. */
function answerWith(pages: { id: string; changed: boolean; more: boolean }[]): () => number {
  let asked = 0;
  globalThis.fetch = async () => {
    const page = pages[asked % pages.length];
    asked += 1;
    const feedback = {
      totalCount: 2,
      changed: page?.changed,
      pageInfo: { hasNextPage: page?.more, endCursor: page?.id },
      nodes: [{ id: page?.id }],
    };
    return Response.json({ data: { feedback } });
  };
  return () => asked;
}

test("a list whose figures change between two pages is read again from its beginning", async () => {
  const asked = answerWith([
    { id: "old-1", changed: false, more: true },
    { id: "new-2", changed: true, more: false },
    { id: "new-1", changed: false, more: true },
    { id: "new-2", changed: false, more: false },
  ]);
  const all = await allPages(FeedbackDocument, {}, listOf);
  assert.deepEqual(
    all.nodes.map(({ id }) => id),
    ["new-1", "new-2"],
  );
  assert.equal(all.failure, undefined);
  assert.equal(asked(), 4);
});

test("a list whose figures change each time is no list, and the reader is told", async () => {
  const asked = answerWith([
    { id: "1", changed: false, more: true },
    { id: "2", changed: true, more: true },
  ]);
  const all = await allPages(FeedbackDocument, {}, listOf);
  assert.deepEqual(all.nodes, []);
  assert.match(all.failure?.message ?? "", /figures changed each time/);
  assert.equal(asked(), 6);
});
