import type { EChartsOption } from "echarts";
import type { ComponentChildren } from "preact";
import { useCallback, useState } from "preact/hooks";
import { csv } from "../export/csv.ts";
import { download, downloadCsv } from "../export/download.ts";
import { canDrill } from "../report/drill.ts";
import { DrillLink } from "../report/drill-link.tsx";
import { Icon } from "../ui/icon.tsx";
import { SaveButton } from "../ui/save-button.tsx";
import { Section } from "../ui/section.tsx";
import { EmptyState } from "../ui/state.tsx";
import { useReport } from "../url/use-report.ts";
import { write } from "../words/measures.ts";
import { Canvas } from "./canvas.tsx";
import { option } from "./option.ts";
import type { Palette } from "./palette.ts";
import { isEmpty, type Plot, partOf, summary } from "./plot.ts";

interface ChartProps {
  title: string;
  note?: ComponentChildren;
  file: string;
  plot: Plot;
  height?: number;
  /// What stands among the chart's buttons.
  extra?: ComponentChildren;
  /// Draws it another way than its shape says.
  draw?: (colors: Palette) => EChartsOption;
  class?: string;
}

/// A chart, the table of its figures, and both as files. Every number of either leads to the conversations behind it.
export function Chart({ title, note, file, plot, height = 220, extra, draw, class: className }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const [png, setPng] = useState<() => Promise<Blob | null>>();
  const report = useReport();
  const drawing = useCallback((colors: Palette) => (draw ?? ((c: Palette) => option(plot, c)))(colors), [plot, draw]);
  const pick = (index: number, series: number) => {
    const column = plot.columns[draw ? 0 : series];
    const part = partOf(plot.rows[index], column);
    if (part && column?.measure && canDrill(report.state, part))
      report.change({ list: { measure: column.measure, ...part } });
  };
  const savePng = async () => {
    const blob = await png?.();
    if (blob) download(`${file}.png`, blob);
  };
  const actions = (
    <>
      {extra}
      <button
        type="button"
        class="button button-quiet"
        aria-pressed={asTable}
        aria-label={`Show ${title} as a table`}
        onClick={() => setAsTable(!asTable)}
      >
        <Icon name={asTable ? "chart" : "table"} />
      </button>
      <SaveButton what={title} onSave={() => void downloadCsv(file, plotCsv(plot))} />
      <button type="button" class="button button-quiet" aria-label={`Download ${title} as PNG`} onClick={savePng}>
        <Icon name="image" />
        <span class="button-word">PNG</span>
      </button>
    </>
  );
  return (
    <Section title={title} note={note} actions={actions} class={className ?? "chart"}>
      {plot.columns.length > 1 && <Legend plot={plot} />}
      <div class="chart-area" style={{ minHeight: `${height}px` }}>
        {asTable && <PlotTable title={title} plot={plot} height={height} />}
        <div class={asTable ? "gone" : undefined}>
          <Canvas
            label={summary(title, plot)}
            height={height}
            draw={drawing}
            onPick={pick}
            onReady={(make) => setPng(() => make)}
          />
          {isEmpty(plot) && (
            <div class="chart-empty">
              <EmptyState title="Nothing in this period" />
            </div>
          )}
        </div>
      </div>
    </Section>
  );
}

function Legend({ plot }: { plot: Plot }) {
  return (
    <ul class="legend">
      {plot.columns.map((column) => (
        <li key={column.name}>
          <span class={`swatch swatch-${column.shade}`} />
          {column.name}
        </li>
      ))}
    </ul>
  );
}

function PlotTable({ title, plot, height }: { title: string; plot: Plot; height: number }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="table-scroll" tabIndex={0} aria-label={`${title}, as a table`} style={{ maxHeight: `${height}px` }}>
      <table class="table table-dense">
        <thead>
          <tr>
            <th scope="col">{plot.axis}</th>
            {plot.columns.map((column) => (
              <th key={column.name} scope="col" class="numeric">
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {plot.rows.map((row, index) => (
            <tr key={row.title}>
              <th scope="row">{row.title}</th>
              {plot.columns.map((column) => (
                <td key={column.name} class="numeric">
                  <DrillLink
                    measure={column.measure}
                    part={partOf(row, column)}
                    value={column.values[index] ?? null}
                    name={`${column.name}, ${row.title}`}
                  >
                    {write(column.kind, column.values[index])}
                  </DrillLink>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function plotCsv(plot: Plot): string {
  const heads = plot.columns.flatMap((column) =>
    column.samples ? [column.name, `${column.name}, values`] : [column.name],
  );
  const rows = plot.rows.map((row, index) => [
    row.title,
    ...plot.columns.flatMap((column) => {
      const value = column.values[index] ?? null;
      return column.samples ? [value, column.samples[index] ?? 0] : [value];
    }),
  ]);
  return csv([plot.axis, ...heads], rows);
}
