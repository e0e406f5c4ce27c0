import type { Measure } from "../../generated/graphql.ts";
import { useReport } from "../url/use-report.ts";
import { t } from "../words/language.ts";
import { canDrill, type Part } from "./drill.ts";

interface DrillLinkProps {
  /** What the list holds; absent where there is no list. */
  measure?: Measure | undefined;
  part?: Part | undefined;
  /** The number; one that is not there has no list. */
  value: number | null;
  /** What the number is, for who can't see where it stands. */
  name: string;
  /** The number as it is written. */
  children: string;
}

/** A number that leads to the conversations behind it. */
export function DrillLink({ measure, part, value, name, children: text }: DrillLinkProps) {
  const { state, href } = useReport();
  if (measure === undefined || part === undefined || value === null || !canDrill(state, part))
    return <span>{text}</span>;
  return (
    <a
      class="drill"
      href={href({ list: { measure, ...part } })}
      title={t("Show the conversations")}
      // Not as hidden text within the link: that would be copied with the number.
      aria-label={t("{0}: {1}, show the conversations", text, name)}
    >
      {text}
    </a>
  );
}
