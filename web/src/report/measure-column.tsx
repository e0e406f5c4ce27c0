import type { Clock, FiguresFragment, Measure } from "../../generated/graphql.ts";
import type { Part } from "../drill/drill.ts";
import { DrillLink } from "../drill/drill-link.tsx";
import type { Column } from "../ui/data-table.tsx";
import { t } from "../words/language.ts";
import { headOf, MEASURES, measureName, write } from "../words/measures.ts";
import { count } from "../words/numbers.ts";

/** A measure as a column: its number leads to its conversations; averages have their sample size beside them. */
export function measureColumn<Row>(
  measure: Measure,
  clock: Clock,
  of: (row: Row) => { figures: FiguresFragment; part: Part; name: string },
): Column<Row> {
  const { kind, value, sample } = MEASURES[measure];
  const head = measureName(measure, clock);
  return {
    key: measure,
    head,
    numeric: true,
    fileHead: headOf(head, kind),
    fileKind: kind === "share" ? "share" : "number",
    value: (row) => value(of(row).figures),
    cell: (row) => {
      const { figures, part, name } = of(row);
      const current = value(figures);
      return (
        <>
          <DrillLink measure={measure} part={part} value={current} name={`${head}, ${name}`}>
            {write(kind, current)}
          </DrillLink>
          {sample && (
            <small class="sample" title={t("Values that this is over")}>
              {count(sample(figures))}
              <span class="hidden"> {t("values")}</span>
            </small>
          )}
        </>
      );
    },
  };
}

/** The sample sizes of such a column, for its file. */
export function sampleColumn<Row>(
  measure: Measure,
  name: string,
  of: (row: Row) => FiguresFragment,
): Column<Row> | undefined {
  const { sample } = MEASURES[measure];
  if (!sample) return undefined;
  const value = (row: Row) => sample(of(row));
  return {
    key: `${measure}-count`,
    head: t("{0}, values", name),
    numeric: true,
    fileKind: "number",
    value,
    cell: value,
  };
}

/** The columns of those measures for a file: each average followed by its sample size. */
export function fileColumns<Row>(columns: Column<Row>[], of: (row: Row) => FiguresFragment): Column<Row>[] {
  return columns.flatMap((column) => {
    const sample = column.key in MEASURES ? sampleColumn(column.key as Measure, column.head, of) : undefined;
    return sample ? [column, sample] : [column];
  });
}
