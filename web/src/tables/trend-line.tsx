const WIDTH = 72;
const HEIGHT = 20;

/** A small line of counts, for the eye alone: the numbers are in the charts. */
export function TrendLine({ values }: { values: number[] }) {
  const most = Math.max(1, ...values);
  const x = (at: number) => (values.length === 1 ? WIDTH / 2 : 2 + ((WIDTH - 4) * at) / (values.length - 1));
  const y = (value: number) => 2 + (HEIGHT - 4) * (1 - value / most);
  const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  return (
    <svg class="trend-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      <polyline points={points} />
      <circle cx={x(values.length - 1)} cy={y(values.at(-1) ?? 0)} r="2" />
    </svg>
  );
}
