import type { Measure } from "../../generated/graphql.ts";
import { t } from "../words/language.ts";

/** The cards of the performance page, in their order. */
export const CARDS: readonly Measure[] = [
  "CLOSED",
  "WON",
  "LOST",
  "WIN_RATE",
  "OPEN",
  "WAITING",
  "FIRST_RESPONSE_MEDIAN",
  "FIRST_RESPONSE_MEAN",
  "REPLY_TIME_MEDIAN",
  "REPLIES",
  "FOLLOW_UPS_COMPLETED",
  "RATING_AVERAGE",
];

export const CARD_NAMES: Partial<Record<Measure, string>> = { RATING_AVERAGE: t("CSAT average") };

/** The columns of the leaderboard; the measure that it is ordered by is added where it is none of them. */
export const COLUMNS: readonly Measure[] = [
  "CLOSED",
  "WIN_RATE",
  "OPEN",
  "REPLIES",
  "FIRST_RESPONSE_MEDIAN",
  "CLOSING_TIME_MEDIAN",
  "RATING_AVERAGE",
];
