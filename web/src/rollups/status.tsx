import type { FreshnessFragment } from "../../generated/graphql.ts";
import { useViewer } from "../report/viewer.ts";
import { Section } from "../ui/section.tsx";
import { datedDay } from "../words/days.ts";
import { count, NONE } from "../words/numbers.ts";

/// How fresh the figures are, and when they are next made.
export function Status({ now }: { now: FreshnessFragment }) {
  const { instants, workspace } = useViewer();
  const moment = (instant: string | null) => (instant ? instants.moment(instant) : NONE);
  const facts: [string, string][] = [
    ["Figures as of", moment(now.rolledUpAt)],
    ["Days pending", count(now.pendingDays)],
    ["Next nightly run", moment(now.nextNightlyAt)],
    ["Generation", count(now.generation)],
    ["Today", datedDay(workspace.today)],
  ];
  return (
    <Section title="Status" note="All that one page shows is of one generation">
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
