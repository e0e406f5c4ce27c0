import { useCallback } from "preact/hooks";
import { Chart } from "../charts/chart.tsx";
import { busiest, type Hour, heatOption, span } from "../charts/heat.ts";
import type { Palette } from "../charts/palette.ts";
import type { Plot } from "../charts/plot.ts";
import type { Part } from "../report/drill.ts";
import { Select } from "../ui/select.tsx";
import { BUSY } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { hour, weekday } from "../words/days.ts";
import { WORDS } from "../words/measures.ts";

/// When it happens: each hour of the week, over the whole period.
export function BusyHours({ hours, part, file }: { hours: Hour[]; part: Part; file: string }) {
  const { state, change } = useReport();
  const draw = useCallback((colors: Palette) => heatOption(hours, colors), [hours]);
  const plot: Plot = {
    shape: "bars",
    axis: "Hour of the week",
    rows: hours.map((one) => ({
      name: `${weekday(one.weekday)} ${hour(one.hour)}`,
      title: span(one),
      part: { ...part, hour: `${one.weekday}-${one.hour}` },
    })),
    columns: [
      {
        name: WORDS[state.busy].name,
        kind: "count",
        shade: "main",
        values: hours.map(({ count }) => count),
        measure: state.busy,
      },
    ],
  };
  const options = BUSY.map((id) => ({ id, name: WORDS[id].name }));
  return (
    <Chart
      title="Busy hours"
      note={busiest(hours)}
      file={file}
      plot={plot}
      height={300}
      draw={draw}
      extra={<Select title="Of" options={options} chosen={state.busy} onChoose={(busy) => change({ busy })} />}
    />
  );
}
