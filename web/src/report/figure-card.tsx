import type { FiguresFragment, Measure } from "../../generated/graphql.ts";
import type { Part } from "../drill/drill.ts";
import { DrillLink } from "../drill/drill-link.tsx";
import { Icon } from "../ui/icon.tsx";
import { datedDay } from "../words/days.ts";
import { t, within } from "../words/language.ts";
import { type Comparison, compare, MEASURES, write } from "../words/measures.ts";
import { CLOCK_NAMES } from "../words/names.ts";
import { count } from "../words/numbers.ts";
import { useClock } from "./use-clock.ts";
import type { Before } from "./use-comparison.ts";

interface FigureCardProps {
  measure: Measure;
  now: FiguresFragment;
  before: Before | undefined;
  part?: Part;
  name?: string;
}

/** One measure, beside what it is compared with. */
export function FigureCard({ measure, now, before, part = {}, name }: FigureCardProps) {
  const { kind, value, sample, name: own } = MEASURES[measure];
  const title = name ?? own;
  const current = value(now);
  const { clock, hasChoice } = useClock();
  const ofNow = MEASURES[measure].ofNow === true;
  return (
    <li class="card" data-measure={measure}>
      <h2>{title}</h2>
      <p class="card-value">
        <DrillLink measure={measure} part={part} value={current} name={title}>
          {write(kind, current)}
        </DrillLink>
      </p>
      <p class="card-foot">
        {ofNow ? (
          <span>{t("whatever the period")}</span>
        ) : (
          <Change measure={measure} now={now} before={before} part={part} name={title} />
        )}
        {sample && <span class="card-sample">{t("of {0}", count(sample(now)))}</span>}
      </p>
      {hasChoice && kind === "duration" && <p class="card-clock">{within(CLOCK_NAMES[clock])}</p>}
    </li>
  );
}

/** How the measure has changed; where it can't be said, why. */
function Change({
  measure,
  now,
  before,
  part,
  name,
}: Required<Omit<FigureCardProps, "before">> & { before: Before | undefined }) {
  if (before && !before.comparable) {
    const why = before.firstDay
      ? t("The first figures are of {0}", datedDay(before.firstDay))
      : t("There are no figures yet");
    return <span title={why}>{t("not comparable")}</span>;
  }
  const comparison = before && compare(measure, now, before.metrics);
  if (!comparison) return <span>{t("nothing to compare")}</span>;
  return (
    <span class="card-change">
      <Trend comparison={comparison} />{" "}
      <span class="card-before">
        {t("from")}{" "}
        <DrillLink
          measure={measure}
          part={{ ...part, from: before.period.from, to: before.period.to }}
          value={MEASURES[measure].value(before.metrics)}
          name={t("{0}, the period before", name)}
        >
          {comparison.before}
        </DrillLink>
      </span>
    </span>
  );
}

/** A list of them. */
export function Cards(props: {
  title: string;
  measures: readonly Measure[];
  now: FiguresFragment;
  before: Before | undefined;
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

/** A change with its direction; coloured where it is better or worse. */
export function Trend({ comparison }: { comparison: Comparison }) {
  const { text, trend, verdict } = comparison;
  return (
    <span class={`trend trend-${verdict}`}>
      <Icon name={trend} />
      {trend === "same" ? t("same") : text}
      {verdict !== "neutral" && <span class="hidden">, {verdict === "better" ? t("better") : t("worse")}</span>}
    </span>
  );
}
