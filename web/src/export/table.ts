/** What the cells of a file's column are. Days and instants are ISO texts; shares are 0 to 1. */
export type CellKind = "text" | "number" | "share" | "day" | "instant";

/** A column of a file: its head, with the unit where it has one, and what its cells are. */
export interface FileColumn {
  head: string;
  kind: CellKind;
}

export type Cell = string | number | null | undefined;

/** A table as a file has it: one value a cell. */
export interface FileTable {
  columns: FileColumn[];
  rows: Cell[][];
}

/** Columns of that kind with those heads. */
export const columnsOf = (kind: CellKind, ...heads: string[]): FileColumn[] => heads.map((head) => ({ head, kind }));

/** A list of each row as columns of one value each: as many as the longest list has. */
export function spread(
  name: string,
  lists: Cell[][],
  kind: CellKind = "text",
): { columns: FileColumn[]; cells: Cell[][] } {
  const most = Math.max(0, ...lists.map((list) => list.length));
  const places = Array.from({ length: most }, (_, at) => at);
  return {
    columns: places.map((at) => ({ head: `${name}_${at + 1}`, kind })),
    cells: lists.map((list) => places.map((at) => list[at])),
  };
}
