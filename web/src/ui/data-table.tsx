import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { CellKind } from "../export/table.ts";
import { t } from "../words/language.ts";
import { Icon } from "./icon.tsx";
import { SaveButtons } from "./save-button.tsx";

/** A column: what is shown of a row, what it is ordered by, and what its file gets. */
export interface Column<Row> {
  key: string;
  head: string;
  /** Numbers stand at the end of their column, so that their digits line up. */
  numeric?: boolean;
  /** What the row is of; the first column where none is. */
  isHead?: boolean;
  /** Whether the first click orders upwards, though it is a number. */
  lowFirst?: boolean;
  /** Its head in a file, with the unit; the same where absent. */
  fileHead?: string;
  /** What its values are in a file; texts where absent. */
  fileKind?: CellKind;
  /** Whether it is for the screen alone: neither in files nor on paper. */
  screenOnly?: boolean;
  /** Whether it is a picture: on paper, and not in files. */
  isDrawn?: boolean;
  cell: (row: Row) => ComponentChildren;
  value: (row: Row) => string | number | null;
  /** What it is ordered by, where that is not its value. */
  order?: (row: Row) => string | number | null;
}

interface DataTableProps<Row> {
  /** What it is, for who can't see it. */
  title: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  rowClass?: (row: Row) => string | undefined;
  /** So high at most, in pixels: the rest scrolls. */
  maxHeight?: number;
  dense?: boolean;
  /** So many rows at most, those that come first in the order chosen. */
  most?: number;
  /** Told before the first ordering by a column. */
  onOrder?: () => void;
}

type Order = { key: string; descending: boolean };

/** A table that can be ordered and saved. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { title, rows, columns, rowKey, rowClass, maxHeight, dense, most, onOrder } = props;
  const [order, setOrder] = useState<Order>();
  const head = columns.find(({ isHead }) => isHead) ?? columns[0];
  const sorted = (order ? sort(rows, columns, order) : rows).slice(0, most);
  const choose = (column: Column<Row>) => {
    onOrder?.();
    setOrder((now) =>
      now?.key === column.key
        ? { key: column.key, descending: !now.descending }
        : { key: column.key, descending: !!column.numeric && !column.lowFirst },
    );
  };
  return (
    <section
      class="table-scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={t("{0}, as a table", title)}
      style={maxHeight === undefined ? undefined : { maxHeight: `${maxHeight}px` }}
    >
      <table class={dense ? "table table-dense" : "table"}>
        <caption class="hidden">{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" class={classOf(column)} aria-sort={ariaSort(order, column.key)}>
                <button type="button" class="sort" onClick={() => choose(column)}>
                  {column.head}
                  <Icon name={order?.key === column.key && !order.descending ? "up" : "down"} />
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={rowKey(row)} class={rowClass?.(row)}>
              {columns.map((column) => cell(column, row, column === head))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The buttons that save such a table. */
export function SaveTable<Row>(props: { title: string; file: string; rows: Row[]; columns: Column<Row>[] }) {
  const { title, file, rows, columns } = props;
  const table = {
    columns: columns.map(({ head, fileHead, fileKind }) => ({ head: fileHead ?? head, kind: fileKind ?? "text" })),
    rows: rows.map((row) => columns.map((column) => column.value(row))),
  };
  return <SaveButtons what={title} file={file} rows={() => ({ table })} />;
}

function cell<Row>(column: Column<Row>, row: Row, isHead: boolean) {
  const className = classOf(column);
  return isHead ? (
    <th key={column.key} scope="row" class={className}>
      {column.cell(row)}
    </th>
  ) : (
    <td key={column.key} class={className}>
      {column.cell(row)}
    </td>
  );
}

function classOf<Row>({ numeric, screenOnly }: Column<Row>): string | undefined {
  const names = [numeric ? "numeric" : "", screenOnly ? "screen-only" : ""].filter((name) => name !== "");
  return names.length > 0 ? names.join(" ") : undefined;
}

function ariaSort(order: Order | undefined, key: string): "ascending" | "descending" | "none" {
  if (order?.key !== key) return "none";
  return order.descending ? "descending" : "ascending";
}

/** Agent 2 before agent 10, whatever their case. */
const NATURAL = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Rows without a value come last, whichever way. */
function sort<Row>(rows: Row[], columns: Column<Row>[], order: Order): Row[] {
  const column = columns.find(({ key }) => key === order.key);
  if (!column) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const by = column.order ?? column.value;
    const a = by(one);
    const b = by(other);
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (typeof a === "string" ? NATURAL.compare(a, String(b)) : a - Number(b));
  });
}
