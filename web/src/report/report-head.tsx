import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { DaysFragment } from "../../generated/graphql.ts";
import { dayRange } from "../words/days.ts";
import { count } from "../words/numbers.ts";

interface ReportHeadProps {
  title: ComponentChildren;
  /// For the window.
  name: string;
  period: DaysFragment | undefined;
  before: DaysFragment | undefined;
}

/// What the report is of, the days that it covers, and those that it is compared with.
export function ReportHead({ title, name, period, before }: ReportHeadProps) {
  useEffect(() => {
    document.title = `${name} · Caseload`;
  }, [name]);
  return (
    <div class="report-head">
      <h1>{title}</h1>
      <p class="quiet" data-part="period">
        {period ? (
          <>
            {dayRange(period.from, period.to)}
            {before && <span>, compared with {dayRange(before.from, before.to)}</span>}
            {period.pendingDays > 0 && (
              <span class="pending">
                {count(period.pendingDays)} of {count(period.days)} days are being rolled up again
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
