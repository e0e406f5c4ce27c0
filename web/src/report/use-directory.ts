import { DirectoryDocument, OwnDirectoryDocument } from "../../generated/graphql.ts";
import { useQuery } from "../api/use-query.ts";
import type { Option } from "../ui/choice.tsx";
import { periodInput } from "../url/report-state.ts";
import type { PeriodChoice } from "../words/calendar.ts";
import { useViewer } from "./viewer.ts";

/** What filters offer. */
export interface Directory {
  members: Option[];
  teams: Option[];
  labels: Option[];
  channels: Option[];
}

/** Everyone and everything that there is to choose in that period, for who looks. */
export function useDirectory(period: PeriodChoice): Directory {
  const { seesEveryone } = useViewer();
  const asked = { period: periodInput(period) };
  const all = useQuery(DirectoryDocument, seesEveryone ? asked : undefined).data;
  const own = useQuery(OwnDirectoryDocument, seesEveryone ? undefined : asked).data;
  const labels = seesEveryone ? all?.labels : own?.member?.topLabels;
  const channels = seesEveryone
    ? all?.team?.channels.map(({ channel }) => channel)
    : own?.conversations?.nodes.map(({ channel }) => channel);
  return {
    members: (all?.workspace.members ?? []).map(({ id, name, active }) => ({
      id,
      name,
      ...(active ? {} : { note: "left" }),
    })),
    teams: all?.workspace.teams ?? [],
    labels: (labels ?? []).map(({ label }) => ({ id: label.id, name: label.title })),
    channels: [...new Set(channels)].map((name) => ({ id: name, name })),
  };
}

/** The name of what has that id; the id itself where it is not known here. */
export function nameOf(options: Option[], id: string): string {
  return options.find((option) => option.id === id)?.name ?? id;
}
