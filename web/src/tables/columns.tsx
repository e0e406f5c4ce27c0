import type { Clock, Measure } from "../../generated/graphql.ts";
import { Trend } from "../report/figure-card.tsx";
import { measureColumn } from "../report/measure-column.tsx";
import type { Column } from "../ui/data-table.tsx";
import { Initials } from "../ui/initials.tsx";
import { LabelTag } from "../ui/label-tag.tsx";
import { t } from "../words/language.ts";
import { clocked, compare, headOf, MEASURES, measureName } from "../words/measures.ts";
import { NONE, share } from "../words/numbers.ts";
import type { TableRow } from "./rows.ts";
import { TrendLine } from "./trend-line.tsx";

/** The measures of the tables, by the name that their columns have there. */
const COLUMNS: readonly [Measure, string][] = [
  ["CONVERSATIONS", t("Conversations")],
  ["FIRST_RESPONSE_MEDIAN", t("First response")],
  ["CLOSING_TIME_MEDIAN", t("Closing time")],
  ["RATING_AVERAGE", t("Rating")],
];

export interface TableOptions {
  /** What a row is. */
  head: string;
  href: (row: TableRow) => string;
  isComparable: boolean;
  /** Whether the period holds today, which is not over. */
  isUnfinished: boolean;
  clock: Clock;
  picked: string[];
  onPick: (id: string) => void;
}

/** The columns of a table: each measure with its change, a share, and a small line. */
export function tableColumns(options: TableOptions): Column<TableRow>[] {
  const measures = COLUMNS.flatMap(([measure, plain]): Column<TableRow>[] => {
    const head = MEASURES[measure].kind === "duration" ? clocked(plain, options.clock) : plain;
    const value = measureColumn<TableRow>(measure, options.clock, (row) => ({
      figures: row.now,
      part: row.part,
      name: row.name,
    }));
    const named = { ...value, head, fileHead: headOf(measureName(measure, options.clock), MEASURES[measure].kind) };
    const change = changeColumn(measure, head, options.isComparable);
    return measure === "CONVERSATIONS" ? [named, change, shareColumn] : [named, change];
  });
  return [pickColumn(options), nameColumn(options), ...measures, trendColumn(options)];
}

function nameColumn({ head, href }: TableOptions): Column<TableRow> {
  return {
    key: "name",
    head,
    isHead: true,
    value: (row) => row.name,
    cell: (row) => (
      <a class="person" href={href(row)}>
        {row.left !== undefined && <Initials name={row.name} />}
        <span>
          {row.color === undefined ? row.name : <LabelTag title={row.name} color={row.color} />}
          {row.left && <span class="badge badge-quiet">{t("left")}</span>}
        </span>
      </a>
    ),
  };
}

/** Chooses two rows to stand side by side. Not part of files. */
function pickColumn({ picked, onPick }: TableOptions): Column<TableRow> {
  return {
    key: "pick",
    head: t("Compare"),
    screenOnly: true,
    value: (row) => (picked.includes(row.id) ? 0 : 1),
    cell: (row) => (
      <input
        type="checkbox"
        class="pick"
        aria-label={t("Compare {0}", row.name)}
        checked={picked.includes(row.id)}
        onChange={() => onPick(row.id)}
      />
    ),
  };
}

function changeColumn(measure: Measure, name: string, isComparable: boolean): Column<TableRow> {
  const { kind, better } = MEASURES[measure];
  const of = (row: TableRow) => (isComparable && row.before ? compare(measure, row.now, row.before) : undefined);
  const isRelative = kind === "count" || kind === "duration";
  return {
    key: `${measure}-change`,
    head: t("{0} change", name),
    numeric: true,
    // What improved most comes first.
    lowFirst: better === "lower",
    fileHead: t("{0}, change{1}", name, isRelative ? t(" (share of before)") : ""),
    fileKind: isRelative ? "share" : "number",
    value: (row) => of(row)?.amount ?? null,
    // A few values more or less say nothing, however large their share: they come last.
    order: (row) => {
      const comparison = of(row);
      return comparison && !comparison.few ? comparison.amount : null;
    },
    cell: (row) => {
      const comparison = of(row);
      return comparison ? <Trend comparison={comparison} /> : NONE;
    },
  };
}

const shareColumn: Column<TableRow> = {
  key: "share",
  head: t("Share"),
  numeric: true,
  fileHead: t("Share (0 to 1)"),
  fileKind: "share",
  value: (row) => row.share,
  cell: (row) => (row.share === null ? NONE : share(row.share)),
};

function trendColumn({ isUnfinished }: TableOptions): Column<TableRow> {
  return {
    key: "trend",
    head: t("Trend"),
    isDrawn: true,
    value: (row) => row.trend.at(-1) ?? null,
    cell: (row) => (row.trend.length > 0 ? <TrendLine values={row.trend} isUnfinished={isUnfinished} /> : NONE),
  };
}

/** What stands in a table of two rows side by side. */
const SIDE_BY_SIDE: readonly Measure[] = [
  "CONVERSATIONS",
  "CLOSED",
  "WIN_RATE",
  "OPEN",
  "UNANSWERED",
  "REPLIES",
  "FIRST_RESPONSE_MEDIAN",
  "CLOSING_TIME_MEDIAN",
  "RATING_AVERAGE",
  "RATINGS",
];

/** Two rows side by side: a measure in each line, and the difference of the first to the second. */
export function sideBySide(
  [one, other]: [TableRow, TableRow],
  clock: Clock,
): { measures: Measure[]; columns: Column<Measure>[] } {
  const column = (row: TableRow): Column<Measure> => ({
    key: `row ${row.id}`,
    head: row.name,
    numeric: true,
    fileKind: "number",
    value: (measure) => MEASURES[measure].value(row.now),
    cell: (measure) => {
      const cell = measureColumn<TableRow>(measure, clock, () => ({
        figures: row.now,
        part: row.part,
        name: row.name,
      }));
      return cell.cell(row);
    },
  });
  const difference = (measure: Measure) => compare(measure, one.now, other.now);
  const columns: Column<Measure>[] = [
    {
      key: "measure",
      head: t("Measure"),
      isHead: true,
      value: (measure) => headOf(measureName(measure, clock), MEASURES[measure].kind),
      cell: (measure) => measureName(measure, clock),
    },
    column(one),
    column(other),
    {
      key: "difference",
      head: t("{0} against {1}", one.name, other.name),
      numeric: true,
      fileKind: "number",
      value: (measure) => difference(measure)?.amount ?? null,
      cell: (measure) => {
        const comparison = difference(measure);
        return comparison ? <Trend comparison={comparison} /> : NONE;
      },
    },
  ];
  return { measures: [...SIDE_BY_SIDE], columns };
}
