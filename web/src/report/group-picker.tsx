import type { Granularity } from "../../generated/graphql.ts";
import { Segments } from "../ui/segments.tsx";
import { GROUPS } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { t } from "../words/language.ts";
import { GROUP_NAMES } from "../words/names.ts";

/** How charts over time are cut. */
export function GroupPicker({ group }: { group: Granularity }) {
  const { change } = useReport();
  const options = GROUPS.map((id) => ({ id, name: GROUP_NAMES[id] }));
  return (
    <Segments title={t("Charts by")} options={options} chosen={group} onChoose={(next) => change({ group: next })} />
  );
}
