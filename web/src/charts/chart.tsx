import type { EChartsOption } from "echarts";
import type { ComponentChildren } from "preact";
import { useCallback, useState } from "preact/hooks";
import { canDrill } from "../drill/drill.ts";
import { DrillLink } from "../drill/drill-link.tsx";
import { download } from "../export/download.ts";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { Icon } from "../ui/icon.tsx";
import { SaveButtons } from "../ui/save-button.tsx";
import { Section } from "../ui/section.tsx";
import { EmptyState } from "../ui/state.tsx";
import { useReport } from "../url/use-report.ts";
import { t } from "../words/language.ts";
import { write } from "../words/measures.ts";
import { Canvas } from "./canvas.tsx";
import { option } from "./option.ts";
import type { Palette } from "./palette.ts";
import { isEmpty, type Plot, type PlotRow, partOf, pickOf, plotTable, summary } from "./plot.ts";

interface ChartProps {
  title: string;
  note?: ComponentChildren;
  file: string;
  plot: Plot;
  height?: number;
  /** What stands among the chart's buttons. */
  extra?: ComponentChildren;
  /** Draws it another way than its shape says. */
  draw?: (colors: Palette) => EChartsOption;
  /** Which row lies at that place, where it is drawn another way. */
  columnAt?: (x: number, y: number) => number;
  /** What stands beneath the drawing. */
  legend?: ComponentChildren;
  class?: string;
}

/** A chart, the table of its figures, and both as files. Every number of either leads to the conversations behind it. */
export function Chart(props: ChartProps) {
  const { title, note, file, plot, height = 220, extra, draw, columnAt, legend, class: className } = props;
  const [asTable, setAsTable] = useState(false);
  const [png, setPng] = useState<() => Promise<Blob | null>>();
  const report = useReport();
  const drawing = useCallback((colors: Palette) => (draw ?? ((c: Palette) => option(plot, c)))(colors), [plot, draw]);
  const listOf = (index: number, series?: number) => {
    const column = series === undefined ? undefined : plot.columns[series];
    const list = pickOf(plot, index, column);
    return list && canDrill(report.state, list) ? list : undefined;
  };
  const pick = (index: number, series: number | undefined) => {
    const list = listOf(index, series);
    if (list) report.change({ list });
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
        aria-label={t("Show {0} as a table", title)}
        onClick={() => setAsTable(!asTable)}
      >
        <Icon name={asTable ? "chart" : "table"} />
      </button>
      <SaveButtons what={title} file={file} rows={() => ({ table: plotTable(plot) })} />
      <button type="button" class="button button-quiet" aria-label={t("Download {0} as PNG", title)} onClick={savePng}>
        <Icon name="image" />
        PNG
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
            canPick={(index) => listOf(index) !== undefined}
            columnAt={columnAt ?? ((x, y) => (plot.shape === "ranked" ? y : x))}
            onReady={(make) => setPng(() => make)}
          />
          {legend}
          {isEmpty(plot) && (
            <div class="chart-empty">
              <EmptyState title={t("Nothing in this period")} />
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

/** The figures of a chart; averages with the number of values that they are over. */
function PlotTable({ title, plot, height }: { title: string; plot: Plot; height: number }) {
  const rows = plot.rows.map((row, index) => ({ row, index }));
  const columns: Column<{ row: PlotRow; index: number }>[] = [
    {
      key: "row",
      head: plot.axis,
      isHead: true,
      // In the order of the axis, which is not that of its words.
      value: ({ index }) => index,
      cell: ({ row }) => row.title,
    },
    ...plot.columns.map((column) => ({
      key: column.name,
      head: column.name,
      numeric: true,
      value: ({ index }: { index: number }) => column.values[index] ?? null,
      cell: ({ row, index }: { row: PlotRow; index: number }) => (
        <DrillLink
          measure={column.measure}
          part={partOf(row, column)}
          value={column.values[index] ?? null}
          name={`${column.name}, ${row.title}`}
        >
          {write(column.kind, column.values[index])}
        </DrillLink>
      ),
    })),
  ];
  return (
    <DataTable title={title} rows={rows} columns={columns} rowKey={({ row }) => row.title} maxHeight={height} dense />
  );
}
