import type { ComponentChildren } from "preact";
import type { DaysFragment } from "../../generated/graphql.ts";
import { PageTitle } from "../ui/page-title.tsx";
import { dayRange } from "../words/days.ts";
import { t } from "../words/language.ts";
import { count } from "../words/numbers.ts";
import type { Before } from "./use-comparison.ts";

interface ReportHeadProps {
  title: ComponentChildren;
  /** For the window. */
  name: string;
  period: DaysFragment | undefined;
  before: Before | undefined;
}

/** What the report is of, the days that it covers, and those that it is compared with. */
export function ReportHead({ title, name, period, before }: ReportHeadProps) {
  return (
    <div class="report-head">
      <PageTitle name={name}>{title}</PageTitle>
      <p class="quiet" data-part="period">
        {period ? (
          <>
            {dayRange(period.from, period.to)}
            {before && <span>{t(", compared with {0}", dayRange(before.period.from, before.period.to))}</span>}
            {before && !before.comparable && <span>{t(", which is before the first figures: not comparable")}</span>}
            {period.pendingDays > 0 && (
              <span class="pending">
                {t("{0} of {1} days are being rolled up again", count(period.pendingDays), count(period.days))}
              </span>
            )}
          </>
        ) : (
          "\u00a0"
        )}
      </p>
    </div>
  );
}
