import { useEffect, useState } from "preact/hooks";
import { type PeriodInput, type ReportFilter, TeamRowDocument, type TeamRowQuery } from "../../generated/graphql.ts";
import { ask, type Failure } from "../api/client.ts";
import { dataVersion } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import type { Query } from "../api/use-query.ts";
import type { Option } from "../ui/choice.tsx";
import type { Days } from "../words/calendar.ts";
import { shareOf, stretchAnswers, stretchInput, type TableRow } from "./rows.ts";

type Answered = { team: TeamRowQuery["team"]; before: TeamRowQuery["before"]; rows: TableRow[] };

/** So many teams are asked for at a time. */
const AT_A_TIME = 4;

interface TeamsInput {
  period: PeriodInput;
  before: PeriodInput;
  filter: ReportFilter;
  days: Days;
}

/** The rows of those teams. The API has no list of teams with figures: each is asked for, and all of them together. */
export function useTeamRows(
  teams: Option[] | undefined,
  { period, before, filter, days }: TeamsInput,
): Query<Answered> {
  const figures = useStore(dataVersion);
  const [again, setAgain] = useState(0);
  const [kept, setKept] = useState<{ key: string; data?: Answered | undefined; failure?: Failure | undefined }>();
  const key = JSON.stringify([teams, period, before, filter, days]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked is compared by what it holds
  useEffect(() => {
    if (!teams) return;
    let current = true;
    const variables = { period, before, ...stretchInput(days) };
    const askFor = (of: ReportFilter) => ask(TeamRowDocument, { ...variables, filter: of });
    const read = async () => {
      const all = await askFor(filter);
      const answers: Awaited<ReturnType<typeof askFor>>[] = [];
      for (let at = 0; at < teams.length; at += AT_A_TIME) {
        const some = teams.slice(at, at + AT_A_TIME).map(({ id }) => askFor({ ...filter, teamIds: [id] }));
        answers.push(...(await Promise.all(some)));
      }
      if (!current) return;
      const failure = [all, ...answers].find((answer) => answer.failure)?.failure;
      if (failure || !all.data?.team) return setKept((now) => ({ ...now, key, failure }));
      const total = all.data.team.metrics.conversations;
      const rows = teams.flatMap((team, at) => rowOf(team, answers[at]?.data, { total, days }));
      setKept({ key, data: { team: all.data.team, before: all.data.before, rows } });
    };
    read();
    return () => {
      current = false;
    };
  }, [key, figures, again]);
  const stale = kept?.key !== key;
  const reload = () => setAgain(again + 1);
  return { data: kept?.data, failure: kept?.failure, refused: new Map(), loading: stale, stale, reload };
}

function rowOf({ id, name }: Option, data: TeamRowQuery | undefined, of: { total: number; days: Days }): TableRow[] {
  if (!data?.team) return [];
  const { metrics } = data.team;
  const trend = stretchAnswers(data, of.days).map((answer) => answer?.metrics.conversations ?? 0);
  const share = shareOf(metrics.conversations, of.total);
  return [{ id, name, now: metrics, before: data.before?.metrics, share, trend, part: { team: id } }];
}
