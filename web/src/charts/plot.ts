import type { Measure } from "../../generated/graphql.ts";
import type { Part } from "../drill/drill.ts";
import { columnsOf, type FileColumn, type FileTable } from "../export/table.ts";
import type { Drill } from "../url/report-state.ts";
import { t } from "../words/language.ts";
import { headOf, type Kind, write } from "../words/measures.ts";
import { NONE } from "../words/numbers.ts";
import type { Shade } from "./palette.ts";

/** A row of a chart's figures: a point of its axis. */
export interface PlotRow {
  /** As the axis has it. */
  name: string;
  /** As a sentence has it. */
  title: string;
  /** As a file has it: the same whatever the reader's language and calendar. */
  inFile: string;
  /** Whether its days have not all passed yet: it is drawn as unfinished. */
  unfinished?: boolean;
  /** What its numbers cover within the report; absent where no list can say it. */
  part?: Part;
}

/** A series of a chart. */
export interface PlotColumn {
  name: string;
  kind: Kind;
  shade: Shade;
  values: (number | null)[];
  /** How many values each average is over. */
  samples?: number[];
  /** What its list holds; absent where the API has no list for it. */
  measure?: Measure;
  /** What its numbers cover beside what their row says. */
  part?: Part;
}

/** What a chart shows, once: the drawing, the table, the file and the spoken summary are made from it. */
export interface Plot {
  shape: "bars" | "stack" | "lines" | "ranked";
  /** What the rows are. */
  axis: string;
  /** What they are in a file: days, or texts. */
  axisKind?: "day" | "text";
  /** What the list of a whole row holds, where its columns are parts of one measure. */
  measure?: Measure;
  rows: PlotRow[];
  columns: PlotColumn[];
}

/** What the number of that row and column covers; absent where no list can say it. */
export function partOf(row: PlotRow | undefined, column: PlotColumn | undefined): Part | undefined {
  return row?.part && { ...row.part, ...column?.part };
}

/** The list that a click leads to: that of the part clicked, else that of the whole row; none where there is none. */
export function pickOf(plot: Plot, index: number, clicked: PlotColumn | undefined): Drill | undefined {
  const row = plot.rows[index];
  const column = clicked ?? (plot.measure ? undefined : plot.columns[0]);
  const measure = column ? column.measure : plot.measure;
  const part = partOf(row, column);
  // An average of nothing has no list.
  const isThere = column === undefined || (column.values[index] ?? null) !== null;
  return measure && part && isThere ? { measure, ...part } : undefined;
}

/** Whether there is anything to draw. */
export function isEmpty(plot: Plot): boolean {
  return plot.columns.every((column) => column.values.every((value) => value === null || value === 0));
}

/** The chart in a sentence: each series with its highest point. */
export function summary(title: string, plot: Plot): string {
  const parts = plot.columns.map((column) => {
    const top = peak(column);
    const where = top === undefined ? undefined : plot.rows[top];
    return where && top !== undefined
      ? t("{0}: highest {1}, {2}", column.name, write(column.kind, column.values[top]), where.title)
      : `${column.name}: ${NONE}`;
  });
  return t("{0}. {1} points. {2}.", title, plot.rows.length, parts.join(". "));
}

/** The place of the highest value; none where there is no value above 0. */
export function peak(column: PlotColumn): number | undefined {
  let best: number | undefined;
  column.values.forEach((value, index) => {
    if (value !== null && value > 0 && (best === undefined || value > (column.values[best] ?? 0))) best = index;
  });
  return best;
}

/** The figures as a file has them: averages with the number of values that they are over. */
export function plotTable(plot: Plot): FileTable {
  const columns = plot.columns.flatMap(({ name, kind, samples }): FileColumn[] => [
    { head: headOf(name, kind), kind: kind === "share" ? "share" : "number" },
    ...(samples ? columnsOf("number", t("{0}, values", name)) : []),
  ]);
  const rows = plot.rows.map((row, index) => [
    row.inFile,
    ...plot.columns.flatMap(({ values, samples }) => {
      const value = values[index] ?? null;
      return samples ? [value, samples[index] ?? 0] : [value];
    }),
  ]);
  return { columns: [{ head: plot.axis, kind: plot.axisKind ?? "text" }, ...columns], rows };
}
