import {
  ConversationsDocument,
  type ConversationsQuery,
  FeedbackDocument,
  type FeedbackQuery,
} from "../../generated/graphql.ts";
import type { Failure } from "../api/client.ts";
import { type Conversation, drillInput, foundBy } from "../drill/drill.ts";
import type { Drill, ReportState } from "../url/report-state.ts";
import { allPages } from "./use-pages.ts";

export const conversationsOf = (data: ConversationsQuery) => data.conversations;
const feedbackOf = (data: FeedbackQuery) => data.feedback;

/** What was found among a measure's conversations. */
export interface Found {
  nodes: Conversation[];
  /** How many were looked at, where not all of them were. */
  among: number | undefined;
  failure: Failure | undefined;
}

/** Finds the conversations that a number counts where the API has no filter for it. */
export async function find(state: ReportState, drill: Drill): Promise<Found> {
  const input = drillInput(state, drill);
  const [rated, all] = await Promise.all([
    drill.score === undefined ? undefined : ratedWith(drill.score, input),
    allPages(ConversationsDocument, input, conversationsOf),
  ]);
  const failure = all.failure ?? rated?.failure;
  if (failure) return { nodes: [], among: undefined, failure };
  const isMeant = rated ? ({ id }: Conversation) => rated.ids.has(id) : foundBy(drill);
  const nodes = isMeant ? all.nodes.filter(isMeant) : all.nodes;
  return { nodes, among: all.cursor === null ? undefined : all.nodes.length, failure: undefined };
}

/** The conversations with such a rating. The ratings say so, not the conversations: those also have the ones of other days. */
async function ratedWith(score: number, { period, filter }: ReturnType<typeof drillInput>) {
  const all = await allPages(FeedbackDocument, { period, filter, minScore: score, maxScore: score }, feedbackOf);
  return { ids: new Set(all.nodes.map(({ conversationId }) => conversationId)), failure: all.failure };
}
