import type { LabelRowFragment } from "../../generated/graphql.ts";
import { Chart } from "../charts/chart.tsx";
import type { Plot } from "../charts/plot.ts";
import { share } from "../words/numbers.ts";
import type { Part } from "./drill.ts";

/// The labels with the most conversations.
export function TopLabels({ rows, part, file }: { rows: LabelRowFragment[]; part: Part; file: string }) {
  const plot: Plot = {
    shape: "ranked",
    axis: "Label",
    rows: rows.map(({ label, share: of }) => ({
      name: label.title,
      title: `${label.title}, ${share(of)} of labelled`,
      part: { ...part, label: label.id },
    })),
    columns: [
      {
        name: "New conversations",
        kind: "count",
        shade: "main",
        measure: "CONVERSATIONS",
        values: rows.map(({ conversations }) => conversations),
      },
    ],
  };
  const top = rows[0];
  const note = top && `${top.label.title} on ${share(top.share)} of the labelled conversations`;
  return <Chart title="Top labels" note={note} file={file} plot={plot} height={300} />;
}
