import type { Granularity } from "../../generated/graphql.ts";
import type { Plot, PlotColumn } from "../charts/plot.ts";
import type { Part } from "../drill/drill.ts";
import { endOf } from "../words/calendar.ts";
import { dayRange, pointName } from "../words/days.ts";
import { t } from "../words/language.ts";
import { GROUP_NAMES } from "../words/names.ts";

/** The points of a series, how long each is, and what their numbers cover. */
export interface OverTime<Point> {
  points: Point[];
  group: Granularity;
  /** The day that it is in the workspace: a point that has not ended by then is unfinished. */
  today: string;
  part: Part;
}

type SeriesColumn<Point> = Omit<PlotColumn, "values" | "samples"> & {
  of: (point: Point) => number | null;
  sample?: (point: Point) => number;
};

/** Points of a series as a chart over time; each leads to the conversations of its days. */
export function overTime<Point extends { from: string; to: string }>(
  shape: Plot["shape"],
  { points, group, today, part }: OverTime<Point>,
  columns: SeriesColumn<Point>[],
): Plot {
  const row = ({ from, to }: Point) => {
    const unfinished = today <= endOf(from, group) && from <= today;
    return {
      name: pointName(from, group),
      title: unfinished ? t("{0}, so far", dayRange(from, to)) : dayRange(from, to),
      inFile: from,
      part: { ...part, from, to },
      ...(unfinished ? { unfinished } : {}),
    };
  };
  return {
    shape,
    axis: GROUP_NAMES[group],
    axisKind: "day",
    rows: points.map(row),
    columns: columns.map(({ of, sample, ...column }) => ({
      ...column,
      values: points.map(of),
      ...(sample ? { samples: points.map(sample) } : {}),
    })),
  };
}
