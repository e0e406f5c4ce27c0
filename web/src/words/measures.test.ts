import assert from "node:assert/strict";
import { test } from "node:test";
import type { FiguresFragment, Measure } from "../../generated/graphql.ts";
import { compare } from "./measures.ts";

const FIGURES: FiguresFragment = {
  conversations: 0,
  labeledConversations: 0,
  messages: 0,
  customers: 0,
  newCustomers: 0,
  unanswered: 0,
  replies: 0,
  closed: 0,
  won: 0,
  lost: 0,
  winRate: null,
  open: 0,
  followUpsCompleted: 0,
  firstResponse: { count: 0, mean: null, median: null },
  closingTime: { count: 0, mean: null, median: null },
  replyTime: { count: 0, mean: null, median: null },
  firstClosingTime: { count: 0, mean: null, median: null },
  reopened: 0,
  closedByOneReply: 0,
  closedByBot: 0,
  surveys: { asked: 0, answered: 0, rate: null },
  waiting: 0,
  ratings: { count: 0, average: null, satisfied: null },
};

function check(measure: Measure, now: Partial<FiguresFragment>, before: Partial<FiguresFragment>, expected: unknown) {
  const comparison = compare(measure, { ...FIGURES, ...now }, { ...FIGURES, ...before });
  assert.deepEqual(comparison && [comparison.text, comparison.trend, comparison.verdict], expected);
}

test("more is better, worse or neither, as the measure says", () => {
  check("CLOSED", { closed: 150 }, { closed: 100 }, ["+50%", "up", "better"]);
  check("LOST", { lost: 150 }, { lost: 100 }, ["+50%", "up", "worse"]);
  check("CONVERSATIONS", { conversations: 150 }, { conversations: 100 }, ["+50%", "up", "neutral"]);
  check("CLOSED", { closed: 7 }, { closed: 7 }, ["0%", "same", "neutral"]);
});

test("a time that has fallen is better", () => {
  const time = (median: number) => ({ firstResponse: { count: 10, mean: null, median } });
  check("FIRST_RESPONSE_MEDIAN", time(60), time(120), ["-50%", "down", "better"]);
});

test("what was 0 before is compared by how much came, and what is not there not at all", () => {
  check("CLOSED", { closed: 5 }, { closed: 0 }, ["+5", "up", "neutral"]);
  check("WIN_RATE", { winRate: null }, { winRate: 0.5 }, undefined);
});

test("shares are compared in points, averages by their difference", () => {
  check("WIN_RATE", { winRate: 0.4, won: 4, lost: 6 }, { winRate: 0.5, won: 5, lost: 5 }, ["-10 pts", "down", "worse"]);
  const rated = (average: number) => ({ ratings: { count: 10, average, satisfied: null } });
  check("RATING_AVERAGE", rated(4.25), rated(4.1), ["+0.15", "up", "better"]);
  check("RATING_AVERAGE", rated(4.251), rated(4.25), ["0", "same", "neutral"]);
});

test("a change is called better or worse from ten values on both sides and above two in a hundred", () => {
  check("CLOSED", { closed: 20 }, { closed: 9 }, ["+122%", "up", "neutral"]);
  check("CLOSED", { closed: 9 }, { closed: 20 }, ["-55%", "down", "neutral"]);
  check("CLOSED", { closed: 20 }, { closed: 10 }, ["+100%", "up", "better"]);
  check("CLOSED", { closed: 102 }, { closed: 100 }, ["+2%", "up", "neutral"]);
  check("CLOSED", { closed: 103 }, { closed: 100 }, ["+3%", "up", "better"]);
  const time = (count: number, median: number) => ({ firstResponse: { count, mean: null, median } });
  check("FIRST_RESPONSE_MEDIAN", time(9, 60), time(500, 120), ["-50%", "down", "neutral"]);
});
