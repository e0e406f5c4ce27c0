import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { csv } from "../export/csv.ts";
import { downloadCsv } from "../export/download.ts";
import { Icon } from "./icon.tsx";
import { SaveButton } from "./save-button.tsx";

/// A column: what is shown of a row, what it is ordered by, and what its file gets.
export interface Column<Row> {
  key: string;
  head: string;
  /// Numbers stand at the end of their column, so that their digits line up.
  numeric?: boolean;
  /// What the row is of; the first column where none is.
  isHead?: boolean;
  cell: (row: Row) => ComponentChildren;
  value: (row: Row) => string | number | null;
}

interface DataTableProps<Row> {
  /// What it is, for who can't see it.
  title: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  rowClass?: (row: Row) => string | undefined;
  sortable?: boolean;
  foot?: ComponentChildren;
}

type Order = { key: string; descending: boolean };

/// A table that can be ordered and saved.
export function DataTable<Row>({ title, rows, columns, rowKey, rowClass, sortable, foot }: DataTableProps<Row>) {
  const [order, setOrder] = useState<Order>();
  const head = columns.find(({ isHead }) => isHead) ?? columns[0];
  const sorted = order ? sort(rows, columns, order) : rows;
  const choose = (column: Column<Row>) =>
    setOrder((now) =>
      now?.key === column.key
        ? { key: column.key, descending: !now.descending }
        : { key: column.key, descending: !!column.numeric },
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="table-scroll" tabIndex={0} aria-label={title}>
      <table class="table">
        <caption class="hidden">{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                class={column.numeric ? "numeric" : undefined}
                aria-sort={sortable ? ariaSort(order, column.key) : undefined}
              >
                {sortable ? (
                  <button type="button" class="sort" onClick={() => choose(column)}>
                    {column.head}
                    <Icon name={order?.key === column.key && !order.descending ? "up" : "down"} />
                  </button>
                ) : (
                  column.head
                )}
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
        {foot && <tfoot>{foot}</tfoot>}
      </table>
    </section>
  );
}

/// The button that saves such a table.
export function SaveTable<Row>(props: { title: string; file: string; rows: Row[]; columns: Column<Row>[] }) {
  const { title, file, rows, columns } = props;
  const save = () =>
    void downloadCsv(
      file,
      csv(
        columns.map((column) => column.head),
        rows.map((row) => columns.map((column) => column.value(row))),
      ),
    );
  return <SaveButton what={title} onSave={save} />;
}

function cell<Row>(column: Column<Row>, row: Row, isHead: boolean) {
  const className = column.numeric ? "numeric" : undefined;
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

function ariaSort(order: Order | undefined, key: string): "ascending" | "descending" | "none" {
  if (order?.key !== key) return "none";
  return order.descending ? "descending" : "ascending";
}

/// Rows without a value come last, whichever way.
function sort<Row>(rows: Row[], columns: Column<Row>[], order: Order): Row[] {
  const column = columns.find(({ key }) => key === order.key);
  if (!column) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [column.value(one), column.value(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (typeof a === "string" ? a.localeCompare(String(b)) : a - Number(b));
  });
}
