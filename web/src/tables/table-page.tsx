import {
  AttributeTableDocument,
  ChannelTableDocument,
  type Clock,
  LabelTableDocument,
  MemberTableDocument,
  type PeriodInput,
  TeamTableDocument,
} from "../../generated/graphql.ts";
import { useQuery } from "../api/use-query.ts";
import { fileName } from "../export/download.ts";
import { DrillDrawer } from "../report/drill-drawer.tsx";
import { FilterBar } from "../report/filter-bar.tsx";
import { ReportHead } from "../report/report-head.tsx";
import { Shown } from "../report/shown.tsx";
import { MOST_VALUES, useAttributes } from "../report/use-attributes.ts";
import { useClock } from "../report/use-clock.ts";
import { type Before, useComparison } from "../report/use-comparison.ts";
import { useDirectory } from "../report/use-directory.ts";
import { useViewer } from "../report/viewer.ts";
import { type Column, DataTable, SaveTable } from "../ui/data-table.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { Section } from "../ui/section.tsx";
import { Select } from "../ui/select.tsx";
import { EmptyState } from "../ui/state.tsx";
import { filterInput, periodInput, type ReportState, withAttribute, writeReport } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { daysOf } from "../words/calendar.ts";
import { t, within } from "../words/language.ts";
import { count } from "../words/numbers.ts";
import { sideBySide, tableColumns } from "./columns.tsx";
import { attributeRows, channelRows, labelRows, memberRows, stretchInput, type TableRow, teamRows } from "./rows.ts";

/** What the rows of a table are. */
export type TableOf = "labels" | "channels" | "teams" | "members" | "attributes";

const NAMES: Record<TableOf, { title: string; one: string }> = {
  labels: { title: t("Labels"), one: t("Label") },
  channels: { title: t("Channels"), one: t("Channel") },
  teams: { title: t("Teams"), one: t("Team") },
  members: { title: t("Members"), one: t("Member") },
  attributes: { title: t("Attributes"), one: t("Attribute") },
};

/** How many values a table has at most. */
const MOST_ROWS = 500;

/** Labels, channels, teams, members or values of an attribute with their figures and changes. For who sees everyone. */
export default function TablePage({ of }: { of: TableOf }) {
  const { seesEveryone } = useViewer();
  const { title } = NAMES[of];
  if (!seesEveryone) {
    return (
      <div class="state">
        <PageTitle name={title}>{title}</PageTitle>
        <p>
          {t("Your role sees your own figures alone.")} <a href="/performance">{t("Go to your performance")}</a>
        </p>
      </div>
    );
  }
  return <Tables of={of} />;
}

function Tables({ of }: { of: TableOf }) {
  const { workspace } = useViewer();
  const { state } = useReport();
  const directory = useDirectory(state.period);
  const { before, read } = useComparison();
  const days = daysOf(state.period, workspace.today);
  const input = { period: periodInput(state.period), before, filter: filterInput(state.filter), clock: state.clock };
  const variables = { ...input, ...stretchInput(days) };
  return (
    <>
      <FilterBar directory={directory} oneMember={false} />
      {of === "labels" && <Labels variables={variables} read={read} />}
      {of === "channels" && <Channels variables={variables} read={read} />}
      {of === "members" && <Members variables={variables} read={read} />}
      {of === "teams" && <Teams variables={variables} read={read} />}
      {of === "attributes" && <Attributes variables={variables} read={read} />}
      <DrillDrawer directory={directory} />
    </>
  );
}

type Read = ReturnType<typeof useComparison>["read"];
type Stretches = ReturnType<typeof stretchInput>;
type Input = { period: PeriodInput; before: PeriodInput; filter: ReturnType<typeof filterInput>; clock: Clock };
type TableProps = { variables: Input & Stretches; read: Read };

function Labels({ variables, read }: TableProps) {
  const days = useDays();
  const query = useQuery(LabelTableDocument, variables);
  return (
    <Shown query={query} cards={0}>
      {(data) => <Table of="labels" team={data.team} before={read(data.before)} rows={labelRows(data, days)} />}
    </Shown>
  );
}

function Channels({ variables, read }: TableProps) {
  const days = useDays();
  const query = useQuery(ChannelTableDocument, variables);
  return (
    <Shown query={query} cards={0}>
      {(data) => <Table of="channels" team={data.team} before={read(data.before)} rows={channelRows(data, days)} />}
    </Shown>
  );
}

function Members({ variables, read }: TableProps) {
  const days = useDays();
  const query = useQuery(MemberTableDocument, variables);
  return (
    <Shown query={query} cards={0}>
      {(data) => <Table of="members" team={data.team} before={read(data.before)} rows={memberRows(data, days)} />}
    </Shown>
  );
}

function Teams({ variables, read }: TableProps) {
  const days = useDays();
  const query = useQuery(TeamTableDocument, variables);
  return (
    <Shown query={query} cards={0}>
      {(data) => <Table of="teams" team={data.team} before={read(data.before)} rows={teamRows(data, days)} />}
    </Shown>
  );
}

/** The table of one attribute: of the one that the address names, else of the first. */
function Attributes(props: TableProps) {
  const { query, attributes } = useAttributes();
  const { key = attributes[0]?.key } = useReport().state;
  if (key !== undefined) return <Values key={key} attribute={key} {...props} />;
  const { title } = NAMES.attributes;
  return (
    <Shown query={query} cards={0}>
      {() => (
        <>
          <ReportHead title={title} name={title} period={undefined} before={undefined} />
          <EmptyState title={t("No attributes")}>{t("No conversation has any.")}</EmptyState>
        </>
      )}
    </Shown>
  );
}

function Values({ attribute, variables, read }: TableProps & { attribute: string }) {
  const days = useDays();
  const { query: known, attributes } = useAttributes();
  const values = attributes.find(({ key }) => key === attribute)?.values.length ?? 0;
  // The rows that are asked for are what a question costs: one for each value, and one for what has none.
  const first = known.data?.workspace.attributes && values <= MOST_VALUES ? values + 1 : MOST_ROWS;
  const isKnown = known.data !== undefined || known.failure !== undefined;
  const query = useQuery(AttributeTableDocument, isKnown ? { ...variables, key: attribute, first } : undefined);
  return (
    <Shown query={query} cards={0}>
      {(data) => (
        <Table
          of="attributes"
          attribute={attribute}
          team={data.team}
          before={read(data.before)}
          rows={attributeRows(attribute, data, days)}
          total={data.values?.totalCount}
        />
      )}
    </Shown>
  );
}

/** Chooses the attribute whose table is shown. */
function AttributePicker({ chosen }: { chosen: string }) {
  const { attributes } = useAttributes();
  const { change } = useReport();
  const keys = attributes.map(({ key }) => key);
  // What the address names stays among them.
  const all = keys.includes(chosen) ? keys : [...keys, chosen];
  return (
    <Select
      title={t("Attribute")}
      options={all.map((key) => ({ id: key, name: key }))}
      chosen={chosen}
      onChoose={(key) => change({ key, pair: [], list: undefined })}
    />
  );
}

/** The days of the report's period. */
function useDays() {
  const { workspace } = useViewer();
  const { state } = useReport();
  return daysOf(state.period, workspace.today);
}

interface TableViewProps {
  of: TableOf;
  team: { period: { from: string; to: string; days: number; pendingDays: number } } | null;
  before: Before | undefined;
  rows: TableRow[];
  /** The attribute whose values the rows are. */
  attribute?: string;
  /** How many rows there are, where some are not read. */
  total?: number | undefined;
}

function Table({ of, team, before, rows, attribute, total = rows.length }: TableViewProps) {
  const { state, change } = useReport();
  const { title, one } = NAMES[of];
  // A table of an attribute has its name, and so have its files.
  const name = attribute ?? title;
  const pick = (id: string) => {
    const others = state.pair.filter((other) => other !== id);
    // The third takes the place of the first.
    change({ pair: state.pair.includes(id) ? others : [...others.slice(-1), id] });
  };
  const { clock } = useClock();
  const isComparable = before?.comparable ?? false;
  const { from, to } = useDays();
  const { today } = useViewer().workspace;
  const isUnfinished = from <= today && today <= to;
  const href = (row: TableRow) => addressOf(of, row, state);
  const options = { head: attribute ?? one, href, isComparable, isUnfinished, clock };
  const columns = tableColumns({ ...options, picked: state.pair, onPick: pick });
  const inFile = columns.filter(({ screenOnly, isDrawn }) => !screenOnly && !isDrawn);
  const [first, second] = state.pair.map((id) => rows.find((row) => row.id === id));
  const file = fileName(name, team?.period);
  const isCut = rows.length < total;
  return (
    <>
      <ReportHead title={title} name={title} period={team?.period} before={before} />
      {first && second && (
        <SideBySide pair={[first, second]} file={fileName(t("{0} side by side", name), team?.period)} />
      )}
      <Section
        title={attribute ? t("Values of {0}", attribute) : t("All {0}", within(title))}
        note={
          <>
            {t("Choose two to see them side by side. Changes over fewer than 10 values come last.")}
            {isCut && ` ${t("Of {0} rows, those with the most conversations.", count(total))}`}
          </>
        }
        actions={
          <>
            {attribute && <AttributePicker chosen={attribute} />}
            <SaveTable title={name} file={file} rows={rows} columns={inFile} />
          </>
        }
      >
        {rows.length === 0 ? (
          <EmptyState title={t("No {0}", attribute ? t("values") : within(title))}>
            {t("Nothing in this period, or the filters leave none.")}
          </EmptyState>
        ) : (
          <DataTable title={name} rows={rows} columns={columns} rowKey={({ id }) => id} />
        )}
      </Section>
    </>
  );
}

function SideBySide({ pair, file }: { pair: [TableRow, TableRow]; file: string }) {
  const { change } = useReport();
  const { clock } = useClock();
  const { measures, columns } = sideBySide(pair, clock);
  const title = t("{0} and {1}", pair[0].name, pair[1].name);
  return (
    <Section
      title={title}
      note={t("Side by side, over the same period")}
      actions={
        <>
          <SaveTable
            title={title}
            file={file}
            rows={measures}
            columns={columns as Column<(typeof measures)[number]>[]}
          />
          <button type="button" class="button button-quiet" onClick={() => change({ pair: [] })}>
            {t("Close")}
          </button>
        </>
      }
    >
      <DataTable title={title} rows={measures} columns={columns} rowKey={(measure) => measure} />
    </Section>
  );
}

/** Where a row leads: the performance report of it alone. */
function addressOf(of: TableOf, { id, part }: TableRow, state: ReportState): string {
  const { filter } = state;
  const common = { ...state, pair: [], key: undefined, list: undefined };
  if (of === "members") return `/performance${writeReport({ ...common, member: id })}`;
  const restricted = {
    labels: { ...filter, labels: [id] },
    channels: { ...filter, channels: [id] },
    teams: { ...filter, teams: [id] },
    attributes: { ...filter, attributes: withAttribute(filter.attributes, part.attribute?.key ?? "", [id]) },
  };
  return `/performance${writeReport({ ...common, filter: restricted[of] })}`;
}
