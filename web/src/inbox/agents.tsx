import type { Measure } from "../../generated/graphql.ts";
import { fileColumns, measureColumn } from "../report/measure-column.tsx";
import { useClock } from "../report/use-clock.ts";
import { type Column, DataTable, SaveTable } from "../ui/data-table.tsx";
import { Initials } from "../ui/initials.tsx";
import { Section } from "../ui/section.tsx";
import { EmptyState } from "../ui/state.tsx";
import { useReport } from "../url/use-report.ts";
import { t } from "../words/language.ts";
import type { Inbox } from "./inbox-view.tsx";

type Row = Inbox["members"][number];

const COLUMNS: readonly Measure[] = [
  "CONVERSATIONS",
  "MESSAGES",
  "RATING_AVERAGE",
  "RATINGS",
  "FIRST_RESPONSE_MEDIAN",
  "CLOSING_TIME_MEDIAN",
];

/** Who answers, how well and how soon. The small number beside an average says how many values it is over. */
export function Agents({ rows, file }: { rows: Row[]; file: string }) {
  const { state, href } = useReport();
  const { clock } = useClock();
  const of = (row: Row) => ({ figures: row.metrics, part: { member: row.member.id }, name: row.member.name });
  const columns: Column<Row>[] = [
    {
      key: "member",
      head: t("Agent"),
      isHead: true,
      value: ({ member }) => member.name,
      cell: ({ member }) => (
        <a
          class="person"
          href={href({ filter: { ...state.filter, members: [member.id], teams: [], unassigned: false } })}
        >
          <Initials name={member.name} />
          <span>
            {member.name}
            {!member.active && <span class="badge badge-quiet">{t("left")}</span>}
          </span>
        </a>
      ),
    },
    ...COLUMNS.map((measure) => measureColumn(measure, clock, of)),
  ];
  const save = (
    <SaveTable title={t("Agents")} file={file} rows={rows} columns={fileColumns(columns, (row) => row.metrics)} />
  );
  return (
    <Section title={t("Agents")} note={t("Beside each average: how many values it is over")} actions={save}>
      {rows.length === 0 ? (
        <EmptyState title={t("Nobody here")}>{t("The filters leave no member.")}</EmptyState>
      ) : (
        <DataTable title={t("Agents")} rows={rows} columns={columns} rowKey={({ member }) => member.id} />
      )}
    </Section>
  );
}
