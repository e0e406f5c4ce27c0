import type { Clock, Granularity, PeriodPreset, Role } from "../../generated/graphql.ts";
import { t } from "./language.ts";

export const PRESET_NAMES: Record<PeriodPreset, string> = {
  TODAY: t("Today"),
  YESTERDAY: t("Yesterday"),
  LAST_7_DAYS: t("Last 7 days"),
  LAST_30_DAYS: t("Last 30 days"),
  LAST_90_DAYS: t("Last 90 days"),
  THIS_WEEK: t("This week"),
  LAST_WEEK: t("Last week"),
  THIS_MONTH: t("This month"),
  LAST_MONTH: t("Last month"),
  THIS_QUARTER: t("This quarter"),
  LAST_QUARTER: t("Last quarter"),
  THIS_YEAR: t("This year"),
  LAST_YEAR: t("Last year"),
};

export const GROUP_NAMES: Record<Granularity, string> = {
  DAY: t("Day"),
  WEEK: t("Week"),
  MONTH: t("Month"),
  YEAR: t("Year"),
};

export const CLOCK_NAMES: Record<Clock, string> = {
  CALENDAR: t("Calendar time"),
  BUSINESS: t("Business hours"),
};

export const ROLE_NAMES: Record<Role, string> = {
  OWNER: t("Owner"),
  ADMIN: t("Admin"),
  MANAGER: t("Manager"),
  AGENT: t("Agent"),
  VIEWER: t("Viewer"),
};
