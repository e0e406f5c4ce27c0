import { Skeleton } from "./state.tsx";

const CARDS = [...Array(10).keys()];
const CHARTS = [...Array(4).keys()];

/** The page before its figures, of the same measures. */
export function PageSkeleton({ cards = 10 }: { cards?: number }) {
  return (
    <div aria-busy="true">
      <div class="report-head">
        <Skeleton size="line" />
      </div>
      <ul class="cards">
        {CARDS.slice(0, cards).map((at) => (
          <li key={at}>
            <Skeleton size="card" />
          </li>
        ))}
      </ul>
      <div class="charts">
        {CHARTS.map((at) => (
          <Skeleton key={at} size="chart" />
        ))}
      </div>
      <Skeleton size="table" />
    </div>
  );
}
