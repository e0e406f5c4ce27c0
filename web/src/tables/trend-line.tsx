const WIDTH = 72;
const HEIGHT = 20;

/** A small line, for the eye alone: the numbers are in the charts. Its last part is dotted where it is not over yet. */
export function TrendLine({ values, isUnfinished }: { values: number[]; isUnfinished: boolean }) {
  const most = Math.max(1e-9, ...values);
  const x = (at: number) => (values.length === 1 ? WIDTH / 2 : 2 + ((WIDTH - 4) * at) / (values.length - 1));
  const y = (value: number) => 2 + (HEIGHT - 4) * (1 - value / most);
  const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
  const finished = isUnfinished ? points.slice(0, -1) : points;
  return (
    <svg class="trend-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      <polyline points={finished.join(" ")} />
      {isUnfinished && <polyline class="trend-unfinished" points={points.slice(-2).join(" ")} />}
      <circle cx={x(values.length - 1)} cy={y(values.at(-1) ?? 0)} r="2" />
    </svg>
  );
}
