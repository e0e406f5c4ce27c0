import { freshness } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { useReport } from "../url/use-report.ts";
import { dayRange } from "../words/days.ts";
import { t, within } from "../words/language.ts";
import { CLOCK_NAMES, PRESET_NAMES } from "../words/names.ts";
import { attributeText } from "./use-attributes.ts";
import { useClock } from "./use-clock.ts";
import { type Directory, nameOf } from "./use-directory.ts";
import { useViewer } from "./viewer.ts";

/** The line at the head of a printed report: whose it is, its period and filters, and as of when. */
export function PrintHead({ directory }: { directory: Directory }) {
  const { workspace, instants } = useViewer();
  const { state } = useReport();
  const { clock, hasChoice } = useClock();
  const now = useStore(freshness);
  const { period, filter } = state;
  const members = filter.members.map((id) => nameOf(directory.members, id));
  const list = (name: string, values: string[]) => (values.length > 0 ? `${name}: ${values.join(", ")}` : undefined);
  const parts = [
    workspace.name,
    "from" in period ? dayRange(period.from, period.to) : PRESET_NAMES[period.preset],
    list(t("Members"), filter.unassigned ? [...members, t("Unassigned")] : members),
    list(
      t("Teams"),
      filter.teams.map((id) => nameOf(directory.teams, id)),
    ),
    list(
      t("Labels"),
      filter.labels.map((id) => nameOf(directory.labels, id)),
    ),
    list(t("Channels"), filter.channels),
    ...filter.attributes.map(attributeText),
    hasChoice ? t("durations: {0}", within(CLOCK_NAMES[clock])) : undefined,
    now?.rolledUpAt ? t("as of {0} ({1})", instants.moment(now.rolledUpAt), instants.zone) : undefined,
  ];
  return <p class="print-head">{parts.filter((part) => part !== undefined).join(" · ")}</p>;
}
