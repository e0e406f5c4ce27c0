import type { Measure } from "../../generated/graphql.ts";
import type { Part } from "../report/drill.ts";
import { type Kind, write } from "../words/measures.ts";
import { NONE } from "../words/numbers.ts";
import type { Shade } from "./palette.ts";

/// A row of a chart's figures: a point of its axis.
export interface PlotRow {
  /// As the axis has it.
  name: string;
  /// As a sentence has it.
  title: string;
  /// What its numbers cover within the report; absent where no list can say it.
  part?: Part;
}

/// A series of a chart.
export interface PlotColumn {
  name: string;
  kind: Kind;
  shade: Shade;
  values: (number | null)[];
  /// How many values each average is over.
  samples?: number[];
  /// What its list holds; absent where the API has no list for it.
  measure?: Measure;
  /// What its numbers cover beside what their row says.
  part?: Part;
}

/// What a chart shows, once: the drawing, the table, the file and the spoken summary are made from it.
export interface Plot {
  shape: "bars" | "stack" | "lines" | "ranked";
  /// What the rows are.
  axis: string;
  rows: PlotRow[];
  columns: PlotColumn[];
}

/// What the number of that row and column covers; absent where no list can say it.
export function partOf(row: PlotRow | undefined, column: PlotColumn | undefined): Part | undefined {
  return row?.part && { ...row.part, ...column?.part };
}

/// Whether there is anything to draw.
export function isEmpty(plot: Plot): boolean {
  return plot.columns.every((column) => column.values.every((value) => value === null || value === 0));
}

/// The chart in a sentence: each series with its highest point.
export function summary(title: string, plot: Plot): string {
  const parts = plot.columns.map((column) => {
    const top = peak(column);
    const where = top === undefined ? undefined : plot.rows[top];
    return where && top !== undefined
      ? `${column.name}: highest ${write(column.kind, column.values[top])}, ${where.title}`
      : `${column.name}: ${NONE}`;
  });
  return `${title}. ${plot.rows.length} points. ${parts.join(". ")}.`;
}

/// The place of the highest value; none where there is no value above 0.
export function peak(column: PlotColumn): number | undefined {
  let best: number | undefined;
  column.values.forEach((value, index) => {
    if (value !== null && value > 0 && (best === undefined || value > (column.values[best] ?? 0))) best = index;
  });
  return best;
}
