import type { FiguresFragment, Measure } from "../../generated/graphql.ts";
import { DrillLink } from "../report/drill-link.tsx";
import { Section } from "../ui/section.tsx";
import { WORDS, write } from "../words/measures.ts";

const MEASURES: readonly Measure[] = ["CONVERSATIONS", "OPEN", "UNANSWERED", "MESSAGES", "CLOSED", "RATINGS"];

/// What is credited to nobody: it counts for the team and for no member.
export function Unassigned({ figures }: { figures: FiguresFragment }) {
  return (
    <Section title="Unassigned" note="Counted above, credited to nobody">
      <dl class="facts" data-part="unassigned">
        {MEASURES.map((measure) => {
          const { name, kind, value } = WORDS[measure];
          return (
            <div key={measure}>
              <dt>{name}</dt>
              <dd>
                <DrillLink
                  measure={measure}
                  part={{ unassigned: true }}
                  value={value(figures)}
                  name={`${name}, unassigned`}
                >
                  {write(kind, value(figures))}
                </DrillLink>
              </dd>
            </div>
          );
        })}
      </dl>
    </Section>
  );
}
