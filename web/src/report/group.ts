import type { Granularity } from "../../generated/graphql.ts";
import { suitableGroup } from "../url/report-state.ts";
import { daysOf, lengthOf, type PeriodChoice } from "../words/calendar.ts";

/** What charts over time are cut by: what was chosen, or what suits the period. */
export function groupOf(chosen: Granularity | undefined, period: PeriodChoice, today: string): Granularity {
  return chosen ?? suitableGroup(lengthOf(daysOf(period, today)));
}
