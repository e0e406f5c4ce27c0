import type { ComponentChildren } from "preact";
import type { Measure } from "../../generated/graphql.ts";
import { useReport } from "../url/use-report.ts";
import { canDrill, type Part } from "./drill.ts";

interface DrillLinkProps {
  /// What the list holds; absent where there is no list.
  measure?: Measure | undefined;
  part?: Part | undefined;
  /// The number; one that is not there has no list.
  value: number | null;
  /// What the number is, for who can't see where it stands.
  name: string;
  children: ComponentChildren;
}

/// A number that leads to the conversations behind it.
export function DrillLink({ measure, part, value, name, children }: DrillLinkProps) {
  const { state, href } = useReport();
  if (measure === undefined || part === undefined || value === null || !canDrill(state, part))
    return <span>{children}</span>;
  return (
    <a class="drill" href={href({ list: { measure, ...part } })} title="Show the conversations">
      {children}
      <span class="hidden">: {name}, show the conversations</span>
    </a>
  );
}
