import type { Granularity } from "../../generated/graphql.ts";
import type { Plot, PlotColumn } from "../charts/plot.ts";
import { dayRange, pointName } from "../words/days.ts";
import { GROUP_NAMES } from "../words/names.ts";
import type { Part } from "./drill.ts";

/// Points of a series as a chart over time; each leads to the conversations of its days.
export function overTime<Point extends { from: string; to: string }>(
  shape: Plot["shape"],
  points: Point[],
  group: Granularity,
  part: Part,
  columns: (Omit<PlotColumn, "values" | "samples"> & {
    of: (point: Point) => number | null;
    sample?: (point: Point) => number;
  })[],
): Plot {
  return {
    shape,
    axis: GROUP_NAMES[group],
    rows: points.map(({ from, to }) => ({
      name: pointName(from, group),
      title: dayRange(from, to),
      part: { ...part, from, to },
    })),
    columns: columns.map(({ of, sample, ...column }) => ({
      ...column,
      values: points.map(of),
      ...(sample ? { samples: points.map(sample) } : {}),
    })),
  };
}
