import { freshness } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { useViewer } from "../report/viewer.ts";
import { Section } from "../ui/section.tsx";
import { count, NONE } from "../words/numbers.ts";

/// How fresh the figures are, and when they are next made.
export function Status() {
  const { instants, workspace } = useViewer();
  const now = useStore(freshness);
  const moment = (instant: string | null | undefined) => (instant ? instants.moment(instant) : NONE);
  const facts: [string, string][] = [
    ["Figures as of", moment(now?.rolledUpAt)],
    ["Days pending", now ? count(now.pendingDays) : NONE],
    ["Next nightly run", moment(now?.nextNightlyAt)],
    ["Generation", now ? count(now.generation) : NONE],
    ["Today", workspace.today],
  ];
  return (
    <Section title="Status">
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
