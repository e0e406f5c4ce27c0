import type { Granularity } from "../../generated/graphql.ts";
import { type PeriodChoice, suitableGroup } from "../url/report-state.ts";

/// How many days a period has at most; today is as the workspace has it.
export function daysOf(period: PeriodChoice, today: string): number {
  if ("from" in period) return 1 + (Date.parse(period.to) - Date.parse(period.from)) / 86_400_000;
  const [, month = "1", day = "1"] = today.split("-");
  const inQuarter = ((Number(month) - 1) % 3) * 31 + Number(day);
  const lengths: Record<string, number> = {
    TODAY: 1,
    YESTERDAY: 1,
    LAST_7_DAYS: 7,
    THIS_WEEK: 7,
    LAST_WEEK: 7,
    LAST_30_DAYS: 30,
    THIS_MONTH: 31,
    LAST_MONTH: 31,
    LAST_90_DAYS: 90,
    THIS_QUARTER: inQuarter,
    LAST_QUARTER: 92,
    THIS_YEAR: (Number(month) - 1) * 31 + Number(day),
    LAST_YEAR: 366,
  };
  return lengths[period.preset] ?? 30;
}

/// What charts over time are cut by: what was chosen, or what suits the period.
export function groupOf(chosen: Granularity | undefined, period: PeriodChoice, today: string): Granularity {
  return chosen ?? suitableGroup(daysOf(period, today));
}
