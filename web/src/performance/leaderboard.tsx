import { fileColumns, measureColumn } from "../report/measure-column.tsx";
import { type Column, DataTable, SaveTable } from "../ui/data-table.tsx";
import { Icon } from "../ui/icon.tsx";
import { Initials } from "../ui/initials.tsx";
import { Section } from "../ui/section.tsx";
import { Select } from "../ui/select.tsx";
import { EmptyState } from "../ui/state.tsx";
import { MEASURES } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { WORDS } from "../words/measures.ts";
import { COLUMNS } from "./measures.ts";
import type { TeamReport } from "./team-view.tsx";

type Entry = TeamReport["leaderboard"][number];

/// Members, the best by the chosen measure first. Who share a rank share a place.
export function Leaderboard({ entries, file }: { entries: Entry[]; file: string }) {
  const { state, change, href } = useReport();
  const ties = new Set(entries.map(({ rank }) => rank).filter((rank, at, all) => all.indexOf(rank) !== at));
  const measures = COLUMNS.includes(state.by) ? COLUMNS : [state.by, ...COLUMNS];
  const of = (row: Entry) => ({
    figures: row.report.metrics,
    part: { member: row.report.member.id },
    name: row.report.member.name,
  });
  const columns: Column<Entry>[] = [
    {
      key: "rank",
      head: "Rank",
      numeric: true,
      value: ({ rank }) => rank,
      cell: (row) => <Rank entry={row} tied={ties.has(row.rank)} />,
    },
    {
      key: "member",
      head: "Member",
      isHead: true,
      value: ({ report }) => report.member.name,
      cell: ({ report, isTopPerformer }) => (
        <a class="person" href={href({ member: report.member.id })}>
          <Initials name={report.member.name} />
          <span>
            {report.member.name}
            {isTopPerformer && <span class="badge badge-top">Top performer</span>}
            {!report.member.active && <span class="badge badge-quiet">left</span>}
          </span>
        </a>
      ),
    },
    ...measures.map((measure) => measureColumn(measure, of)),
  ];
  const options = MEASURES.map((id) => ({ id, name: WORDS[id].name }));
  const title = `Leaderboard by ${WORDS[state.by].name.toLowerCase()}`;
  const actions = (
    <>
      <Select title="By" options={options} chosen={state.by} onChoose={(by) => change({ by })} />
      <SaveTable title={title} file={file} rows={entries} columns={fileColumns(columns, (row) => row.report.metrics)} />
    </>
  );
  return (
    <Section title="Leaderboard" actions={actions}>
      {entries.length === 0 ? (
        <EmptyState title="Nobody to rank">The filters leave no member.</EmptyState>
      ) : (
        <DataTable
          title={title}
          rows={entries}
          columns={columns}
          rowKey={({ report }) => report.member.id}
          rowClass={({ isTopPerformer }) => (isTopPerformer ? "row-top" : undefined)}
        />
      )}
    </Section>
  );
}

function Rank({ entry, tied }: { entry: Entry; tied: boolean }) {
  return (
    <span class="rank">
      {entry.isTopPerformer && <Icon name="crown" filled />}
      {tied && (
        <span class="tie" title="Shared">
          =<span class="hidden"> shared </span>
        </span>
      )}
      {entry.rank}
    </span>
  );
}
