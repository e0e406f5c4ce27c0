import type { LabelRowFragment } from "../../generated/graphql.ts";
import { Chart } from "../charts/chart.tsx";
import type { Plot } from "../charts/plot.ts";
import type { Part } from "../drill/drill.ts";
import { t } from "../words/language.ts";
import { share } from "../words/numbers.ts";

/** The labels with the most conversations. */
export function TopLabels({ rows, part, file }: { rows: LabelRowFragment[]; part: Part; file: string }) {
  const plot: Plot = {
    shape: "ranked",
    axis: t("Label"),
    rows: rows.map(({ label, share: of }) => ({
      name: label.title,
      title: t("{0}, {1} of labelled", label.title, share(of)),
      inFile: label.title,
      part: { ...part, label: label.id },
    })),
    columns: [
      {
        name: t("New conversations"),
        kind: "count",
        shade: "main",
        measure: "CONVERSATIONS",
        values: rows.map(({ conversations }) => conversations),
      },
    ],
  };
  const top = rows[0];
  const note = top && t("{0} on {1} of the labelled conversations", top.label.title, share(top.share));
  return <Chart title={t("Top labels")} note={note} file={file} plot={plot} height={300} />;
}
