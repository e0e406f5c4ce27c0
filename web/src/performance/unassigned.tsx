import type { FiguresFragment, Measure } from "../../generated/graphql.ts";
import { DrillLink } from "../drill/drill-link.tsx";
import { Section } from "../ui/section.tsx";
import { t } from "../words/language.ts";
import { MEASURES, write } from "../words/measures.ts";

const FACTS: readonly Measure[] = ["CONVERSATIONS", "OPEN", "UNANSWERED", "MESSAGES", "CLOSED", "RATINGS"];

/** What is credited to nobody: it counts for the team and for no member. */
export function Unassigned({ figures }: { figures: FiguresFragment }) {
  return (
    <Section title={t("Unassigned")} note={t("Counted above, credited to nobody")}>
      <dl class="facts" data-part="unassigned">
        {FACTS.map((measure) => {
          const { name, kind, value } = MEASURES[measure];
          return (
            <div key={measure}>
              <dt>{name}</dt>
              <dd>
                <DrillLink
                  measure={measure}
                  part={{ unassigned: true }}
                  value={value(figures)}
                  name={t("{0}, unassigned", name)}
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
