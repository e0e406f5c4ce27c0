import type { FreshnessFragment } from "../../generated/graphql.ts";
import { useViewer } from "../report/viewer.ts";
import { Section } from "../ui/section.tsx";
import { datedDay } from "../words/days.ts";
import { t } from "../words/language.ts";
import { count, NONE } from "../words/numbers.ts";

/** How fresh the figures are, and when they are next made. */
export function Status({ now }: { now: FreshnessFragment }) {
  const { instants, workspace } = useViewer();
  const moment = (instant: string | null) => (instant ? instants.moment(instant) : NONE);
  const facts: [string, string][] = [
    [t("Figures as of"), moment(now.rolledUpAt)],
    [t("Days pending"), count(now.pendingDays)],
    [t("Next nightly run"), moment(now.nextNightlyAt)],
    [t("Generation"), count(now.generation)],
    [t("Today"), datedDay(workspace.today)],
  ];
  return (
    <Section title={t("Status")} note={t("All that one page shows is of one generation")}>
      <dl class="facts" data-part="status">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
