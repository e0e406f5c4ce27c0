import type { Granularity, MemberPerformanceQuery } from "../../generated/graphql.ts";
import { fileName } from "../export/download.ts";
import { Cards } from "../report/figure-card.tsx";
import { ReportHead } from "../report/report-head.tsx";
import { TopLabels } from "../report/top-labels.tsx";
import type { Before } from "../report/use-comparison.ts";
import { Icon } from "../ui/icon.tsx";
import { Initials } from "../ui/initials.tsx";
import { useReport } from "../url/use-report.ts";
import { t } from "../words/language.ts";
import { ROLE_NAMES } from "../words/names.ts";
import { PerformanceCharts } from "./charts.tsx";
import { CARD_NAMES, CARDS } from "./measures.ts";

type MemberReport = NonNullable<MemberPerformanceQuery["member"]>;

interface MemberViewProps {
  report: MemberReport;
  before: Before | undefined;
  group: Granularity;
  isOwn: boolean;
}

/** One member's performance. */
export function MemberView({ report, before, group, isOwn }: MemberViewProps) {
  const { href } = useReport();
  const { member, period, metrics, series } = report;
  const name = isOwn ? t("My performance") : member.name;
  const part = isOwn ? {} : { member: member.id };
  const title = (
    <>
      <Initials name={member.name} />
      {name}
      <span class="badge badge-quiet">{isOwn ? member.name : member.active ? ROLE_NAMES[member.role] : "left"}</span>
    </>
  );
  return (
    <>
      {!isOwn && (
        <a class="back" href={href({ member: undefined })}>
          <Icon name="back" />
          {t("Everyone")}
        </a>
      )}
      <ReportHead title={title} name={name} period={period} before={before} />
      <Cards
        title={t("Figures of {0}", member.name)}
        measures={CARDS}
        names={CARD_NAMES}
        now={metrics}
        before={before}
        part={part}
      />
      <PerformanceCharts points={series} spread={metrics} group={group} period={period} part={part} />
      <TopLabels rows={report.topLabels} part={part} file={fileName(`labels ${member.name}`, period)} />
    </>
  );
}
