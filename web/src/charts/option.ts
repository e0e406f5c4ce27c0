import type { EChartsOption } from "echarts";
import { type Kind, write } from "../words/measures.ts";
import { count, duration, share as percent } from "../words/numbers.ts";
import type { Palette } from "./palette.ts";
import type { Plot, PlotColumn } from "./plot.ts";
import { tip } from "./tip.ts";

/** As the page's. */
export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
/** Points are drawn as dots where there are few enough of them to be told apart. */
const DOTS_UP_TO = 45;

/** What ECharts is told. */
export function option(plot: Plot, colors: Palette): EChartsOption {
  const ranked = plot.shape === "ranked";
  const kind = plot.columns[0]?.kind ?? "count";
  const names = categoryAxis(plot, colors);
  const values = valueAxis(kind, plot.columns, colors);
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 250,
    animationDurationUpdate: 250,
    textStyle: { fontFamily: FONT, fontSize: 12 },
    grid: { left: 4, right: ranked ? 48 : 8, top: 12, bottom: 4, outerBoundsMode: "same" },
    xAxis: ranked ? { ...values, show: false } : names,
    yAxis: ranked ? { ...names, inverse: true } : values,
    tooltip: {
      trigger: "axis",
      axisPointer: {
        type: plot.shape === "lines" ? "line" : "shadow",
        lineStyle: { color: colors.muted },
        shadowStyle: { color: colors.text, opacity: 0.07 },
      },
      className: "chart-tip",
      confine: true,
      borderWidth: 0,
      padding: 0,
      backgroundColor: "transparent",
      // An element, not text: the page's policy takes no styles within markup.
      formatter: (points: unknown) => tip(plot, indexOf(points)),
    },
    series: plot.columns.flatMap((column, index) => series(plot, column, index, colors)) as EChartsOption["series"],
  } as EChartsOption;
}

/** What the axis of values writes. */
export function axisText(kind: Kind): (value: number) => string {
  if (kind === "duration") return (value) => (value === 0 ? "0" : duration(value));
  if (kind === "share") return percent;
  return kind === "average" ? String : count;
}

function categoryAxis(plot: Plot, colors: Palette) {
  const ranked = plot.shape === "ranked";
  return {
    type: "category",
    data: plot.rows.map((row) => row.name),
    axisTick: { show: false },
    axisLine: { show: !ranked, lineStyle: { color: colors.line } },
    axisLabel: {
      color: ranked ? colors.text : colors.muted,
      fontSize: ranked ? 13 : 11,
      hideOverlap: !ranked,
      ...(ranked ? { interval: 0, width: 150, overflow: "truncate" } : {}),
    },
  };
}

function valueAxis(kind: Kind, columns: PlotColumn[], colors: Palette) {
  return {
    type: "value",
    splitNumber: 4,
    minInterval: kind === "count" ? 1 : undefined,
    ...(kind === "average" ? { min: 1, max: 5, interval: 1 } : { min: 0 }),
    ...(kind === "duration" ? durationScale(columns) : {}),
    splitLine: { lineStyle: { color: colors.line } },
    axisLabel: { color: colors.muted, fontSize: 11, formatter: axisText(kind) },
  };
}

/** Durations are cut where people cut them: at minutes, quarters of an hour, hours, days. */
function durationScale(columns: PlotColumn[]): { interval?: number; max?: number } {
  const top = Math.max(0, ...columns.flatMap((column) => column.values.map((value) => value ?? 0)));
  const steps = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 345_600];
  const interval = steps.find((step) => top / step <= 5);
  return interval && top > 0 ? { interval, max: Math.ceil(top / interval) * interval } : {};
}

function series(plot: Plot, column: PlotColumn, index: number, colors: Palette): object[] {
  const color = colors.shades[column.shade];
  const common = { name: column.name, data: column.values, color };
  if (plot.shape === "lines") {
    const symbol = plot.rows.length <= DOTS_UP_TO ? "circle" : "none";
    const lineStyle = { width: index === 0 ? 2 : 1.5, type: index === 0 ? "solid" : "dashed" };
    const line = { ...common, type: "line", symbol, symbolSize: 5, showSymbol: true, connectNulls: false, lineStyle };
    return unfinishedLine(plot, line);
  }
  const stacked = plot.shape === "stack";
  const data = column.values.map((value, at) => (plot.rows[at]?.unfinished ? unfinishedBar(value, color) : value));
  const bar = {
    ...common,
    data,
    type: "bar",
    barMaxWidth: 28,
    barCategoryGap: "28%",
    stack: stacked ? "all" : undefined,
  };
  if (plot.shape !== "ranked") return [{ ...bar, itemStyle: { borderRadius: stacked ? 0 : [2, 2, 0, 0] } }];
  const label = {
    show: true,
    position: "right",
    color: colors.muted,
    formatter: (point: { value: number | null }) => write(column.kind, point.value),
  };
  return [{ ...bar, label, itemStyle: { borderRadius: [0, 2, 2, 0] }, barMaxWidth: 14 }];
}

/** A bar that still grows: an outline with a light filling. */
function unfinishedBar(value: number | null, color: string) {
  return { value, itemStyle: { color, opacity: 0.4, borderColor: color, borderType: "dashed", borderWidth: 1 } };
}

/** A line whose last point still moves: dotted on its way there. */
function unfinishedLine<Line extends { data: (number | null)[]; lineStyle: object }>(plot: Plot, line: Line) {
  const last = plot.rows.length - 1;
  if (!plot.rows[last]?.unfinished) return [line];
  const done = line.data.map((value, at) => (at === last ? null : value));
  const open = line.data.map((value, at) => (at >= last - 1 ? value : null));
  const lineStyle = { ...line.lineStyle, type: "dotted" };
  return [
    { ...line, data: done },
    { ...line, data: open, lineStyle, symbol: "emptyCircle" },
  ];
}

function indexOf(points: unknown): number {
  const first: unknown = Array.isArray(points) ? points[0] : points;
  return (first as { dataIndex?: number } | undefined)?.dataIndex ?? 0;
}
