import type { Clock } from "../../generated/graphql.ts";
import { Segments } from "../ui/segments.tsx";
import { useReport } from "../url/use-report.ts";
import { t } from "../words/language.ts";
import { CLOCK_NAMES } from "../words/names.ts";
import { useClock } from "./use-clock.ts";

const CLOCKS: readonly Clock[] = ["CALENDAR", "BUSINESS"];
const OPTIONS = CLOCKS.map((id) => ({ id, name: CLOCK_NAMES[id] }));

/** By which clock durations are measured, where the workspace has business hours. */
export function ClockSwitch() {
  const { change } = useReport();
  const { clock, hasChoice } = useClock();
  if (!hasChoice) return null;
  return (
    <Segments title={t("Durations by")} options={OPTIONS} chosen={clock} onChoose={(next) => change({ clock: next })} />
  );
}
