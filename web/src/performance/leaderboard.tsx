import { fileColumns, measureColumn } from "../report/measure-column.tsx";
import { useClock } from "../report/use-clock.ts";
import { type Column, DataTable, SaveTable } from "../ui/data-table.tsx";
import { Icon } from "../ui/icon.tsx";
import { Initials } from "../ui/initials.tsx";
import { Section } from "../ui/section.tsx";
import { Select } from "../ui/select.tsx";
import { EmptyState } from "../ui/state.tsx";
import { useReport } from "../url/use-report.ts";
import { t, within } from "../words/language.ts";
import { MEASURE_IDS, MEASURES, measureName } from "../words/measures.ts";
import { COLUMNS } from "./measures.ts";
import type { TeamReport } from "./team-view.tsx";

type Entry = TeamReport["leaderboard"][number];

/** Members, the best by the chosen measure first. Who share a rank share a place. */
export function Leaderboard({ entries, file }: { entries: Entry[]; file: string }) {
  const { state, change, href } = useReport();
  const { clock } = useClock();
  const ties = new Set(entries.map(({ rank }) => rank).filter((rank, at, all) => all.indexOf(rank) !== at));
  const measures = COLUMNS.includes(state.by) ? COLUMNS : [state.by, ...COLUMNS];
  const of = (row: Entry) => ({
    figures: row.report.metrics,
    part: { member: row.report.member.id },
    name: row.report.member.name,
  });
  // Who has the fewest open conversations has not won anything.
  const ranked = !MEASURES[state.by].ofNow;
  const rank: Column<Entry> = {
    key: "rank",
    head: t("Rank"),
    numeric: true,
    lowFirst: true,
    fileKind: "number",
    value: (row) => row.rank,
    cell: (row) => <Rank entry={row} tied={ties.has(row.rank)} />,
  };
  const columns: Column<Entry>[] = [
    ...(ranked ? [rank] : []),
    {
      key: "member",
      head: t("Member"),
      isHead: true,
      value: ({ report }) => report.member.name,
      cell: ({ report, isTopPerformer }) => (
        <a class="person" href={href({ member: report.member.id })}>
          <Initials name={report.member.name} />
          <span>
            {report.member.name}
            {ranked && isTopPerformer && <span class="badge badge-top">{t("Top performer")}</span>}
            {!report.member.active && <span class="badge badge-quiet">{t("left")}</span>}
          </span>
        </a>
      ),
    },
    ...measures.map((measure) => measureColumn(measure, clock, of)),
  ];
  const options = MEASURE_IDS.map((id) => ({ id, name: MEASURES[id].name }));
  const title = t("{0} by {1}", ranked ? t("Leaderboard") : t("Members"), within(measureName(state.by, clock)));
  const actions = (
    <>
      <Select title={t("By")} options={options} chosen={state.by} onChoose={(by) => change({ by })} />
      <SaveTable title={title} file={file} rows={entries} columns={fileColumns(columns, (row) => row.report.metrics)} />
    </>
  );
  return (
    <Section title={ranked ? t("Leaderboard") : t("Members")} actions={actions}>
      {entries.length === 0 ? (
        <EmptyState title={t("Nobody to rank")}>{t("The filters leave no member.")}</EmptyState>
      ) : (
        <DataTable
          title={title}
          rows={entries}
          columns={columns}
          rowKey={({ report }) => report.member.id}
          rowClass={({ isTopPerformer }) => (ranked && isTopPerformer ? "row-top" : undefined)}
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
        <span class="tie" title={t("Shared")}>
          =<span class="hidden"> {t("shared")} </span>
        </span>
      )}
      {entry.rank}
    </span>
  );
}
