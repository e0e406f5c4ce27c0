import { useCallback } from "preact/hooks";
import { Chart } from "../charts/chart.tsx";
import { busiest, type HeatStep, type Hour, heatOption, heatSteps, span } from "../charts/heat.ts";
import type { Palette } from "../charts/palette.ts";
import type { Plot } from "../charts/plot.ts";
import { Select } from "../ui/select.tsx";
import { useReport } from "../url/use-report.ts";
import { hour, hourOfWeek, weekday } from "../words/days.ts";
import { t } from "../words/language.ts";
import { HOURLY, MEASURES } from "../words/measures.ts";
import { count } from "../words/numbers.ts";

/** When it happens: each hour of the week, over the whole period. */
export function BusyHours({ hours, file }: { hours: Hour[]; file: string }) {
  const { state, change } = useReport();
  const draw = useCallback((colors: Palette) => heatOption(hours, colors), [hours]);
  const plot: Plot = {
    shape: "bars",
    axis: t("Hour of the week"),
    rows: hours.map((one) => ({
      name: `${weekday(one.weekday)} ${hour(one.hour)}`,
      title: span(one),
      inFile: hourOfWeek(one.weekday, one.hour),
      part: { hour: `${one.weekday}-${one.hour}` },
    })),
    columns: [
      {
        name: MEASURES[state.busy].name,
        kind: "count",
        shade: "main",
        values: hours.map(({ count }) => count),
        measure: state.busy,
      },
    ],
  };
  const options = HOURLY.map((id) => ({ id, name: MEASURES[id].name }));
  return (
    <Chart
      title={t("Busy hours")}
      note={busiest(hours)}
      file={file}
      plot={plot}
      height={300}
      draw={draw}
      columnAt={(x, y) => 24 * y + x}
      legend={<HeatLegend steps={heatSteps(hours)} />}
      extra={<Select title={t("Of")} options={options} chosen={state.busy} onChoose={(busy) => change({ busy })} />}
    />
  );
}

/** What each colour of the map stands for. */
function HeatLegend({ steps }: { steps: HeatStep[] }) {
  return (
    <ul class="legend" aria-label={t("Colours")}>
      {steps.map(({ from, to }, at) => (
        <li key={from}>
          <span class={`swatch heat-${at}`} />
          {from === to ? count(from) : `${count(from)}–${count(to)}`}
        </li>
      ))}
    </ul>
  );
}
