import type { FiguresFragment, Measure } from "../../generated/graphql.ts";
import { Icon } from "../ui/icon.tsx";
import { type Comparison, compare, WORDS, write } from "../words/measures.ts";
import { count } from "../words/numbers.ts";
import type { Part } from "./drill.ts";
import { DrillLink } from "./drill-link.tsx";

/// Figures of the period before, and its days.
interface Before {
  period: { from: string; to: string };
  metrics: FiguresFragment;
}

interface FigureCardProps {
  measure: Measure;
  now: FiguresFragment;
  before: Before;
  part?: Part;
  name?: string;
}

/// One measure, beside the period before.
export function FigureCard({ measure, now, before, part = {}, name }: FigureCardProps) {
  const { kind, value, sample, name: own } = WORDS[measure];
  const title = name ?? own;
  const current = value(now);
  const comparison = measure === "OPEN" ? undefined : compare(measure, now, before.metrics);
  const { from, to } = before.period;
  return (
    <li class="card" data-measure={measure}>
      <h3>{title}</h3>
      <p class="card-value">
        <DrillLink measure={measure} part={part} value={current} name={title}>
          {write(kind, current)}
        </DrillLink>
      </p>
      <p class="card-foot">
        {comparison ? (
          <span class="card-change">
            <Trend comparison={comparison} />{" "}
            <span class="card-before">
              from{" "}
              <DrillLink
                measure={measure}
                part={{ ...part, from, to }}
                value={value(before.metrics)}
                name={`${title}, the period before`}
              >
                {comparison.before}
              </DrillLink>
            </span>
          </span>
        ) : (
          <span>{measure === "OPEN" ? "whatever the period" : "nothing to compare"}</span>
        )}
        {sample && <span class="card-sample">of {count(sample(now))}</span>}
      </p>
    </li>
  );
}

/// A list of them.
export function Cards(props: {
  title: string;
  measures: readonly Measure[];
  now: FiguresFragment;
  before: Before;
  part?: Part;
  names?: Partial<Record<Measure, string>>;
}) {
  return (
    <ul class="cards" aria-label={props.title}>
      {props.measures.map((measure) => (
        <FigureCard
          key={measure}
          measure={measure}
          now={props.now}
          before={props.before}
          part={props.part ?? {}}
          name={props.names?.[measure]}
        />
      ))}
    </ul>
  );
}

function Trend({ comparison }: { comparison: Comparison }) {
  const { text, trend, verdict } = comparison;
  return (
    <span class={`trend trend-${verdict}`}>
      <Icon name={trend} />
      {trend === "same" ? "same" : text}
      {verdict !== "neutral" && <span class="hidden">, {verdict}</span>}
    </span>
  );
}
