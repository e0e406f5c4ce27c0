import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Role, ShellQuery } from "../../generated/graphql.ts";
import { type Instants, instants } from "../words/days.ts";

/**
 * Who looks, and what follows from that for what is shown. The server decides what may be read; this spares questions
 * whose answer is no.
 */
export interface Viewer {
  member: { id: string; name: string } | null;
  role: Role | null;
  workspace: ShellQuery["viewer"]["workspace"];
  /** Everyone's figures, or only one's own. */
  seesEveryone: boolean;
  administers: boolean;
  instants: Instants;
}

/** What the API said about who asks. */
export function viewerOf({ member, role, scopes, workspace }: ShellQuery["viewer"]): Viewer {
  const may = (...roles: Role[]) => role !== null && roles.includes(role);
  return {
    member,
    role,
    workspace,
    seesEveryone: may("OWNER", "ADMIN", "MANAGER") || (scopes?.some((scope) => scope !== "IMPORT") ?? false),
    administers: may("OWNER", "ADMIN") || (scopes?.includes("ADMIN") ?? false),
    instants: instants(workspace.timezone, workspace.timezoneOffsets),
  };
}

export const ViewerContext = createContext<Viewer | undefined>(undefined);

/** Who looks. Only beneath the shell, which knows. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error("a page outside the shell");
  return viewer;
}
