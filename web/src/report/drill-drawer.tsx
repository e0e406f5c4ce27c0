import { span } from "../charts/heat.ts";
import { isFound } from "../drill/drill.ts";
import { Dialog } from "../ui/dialog.tsx";
import type { Drill } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import type { PeriodChoice } from "../words/calendar.ts";
import { dayRange } from "../words/days.ts";
import { t } from "../words/language.ts";
import { measureName } from "../words/measures.ts";
import { PRESET_NAMES } from "../words/names.ts";
import { duration, stars } from "../words/numbers.ts";
import { FoundList, PagedList } from "./conversation-list.tsx";
import { attributeText } from "./use-attributes.ts";
import { useClock } from "./use-clock.ts";
import { type Directory, nameOf } from "./use-directory.ts";

/** The conversations behind a number, at the side of the page that shows it. */
export function DrillDrawer({ directory }: { directory: Directory }) {
  const { state, change } = useReport();
  const { clock } = useClock();
  const drill = state.list;
  if (!drill) return null;
  return (
    <Dialog shape="drawer" title={measureName(drill.measure, clock)} onClose={() => change({ list: undefined })}>
      <p class="quiet drill-scope">{scope(drill, state.period, directory).join(" · ")}</p>
      {isFound(drill) ? <FoundList drill={drill} /> : <PagedList drill={drill} />}
    </Dialog>
  );
}

/** What of the report the list covers, in words. */
function scope(drill: Drill, period: PeriodChoice, directory: Directory): string[] {
  const [day, hour] = (drill.hour ?? "").split("-").map(Number);
  const [from, to] = (drill.seconds ?? "").split("-");
  return [
    drill.measure === "OPEN" ? undefined : days(drill, period),
    day && hour !== undefined ? span({ weekday: day, hour }) : undefined,
    from
      ? to
        ? t("{0} to {1}", duration(Number(from)), duration(Number(to)))
        : t("over {0}", duration(Number(from)))
      : undefined,
    drill.neither ? t("Neither won nor lost") : undefined,
    drill.score === undefined ? undefined : stars(drill.score),
    drill.unassigned ? t("Unassigned") : undefined,
    drill.member && nameOf(directory.members, drill.member),
    drill.team && nameOf(directory.teams, drill.team),
    drill.label && nameOf(directory.labels, drill.label),
    drill.channel,
    drill.attribute && attributeText({ key: drill.attribute.key, values: [drill.attribute.value] }),
  ].filter((part) => part !== undefined);
}

function days({ from, to }: Drill, period: PeriodChoice): string {
  if (from && to) return dayRange(from, to);
  return "from" in period ? dayRange(period.from, period.to) : PRESET_NAMES[period.preset];
}
