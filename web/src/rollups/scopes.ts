import type { ApiScope } from "../../generated/graphql.ts";

/// What a machine's token may do, in words.
export const SCOPES: Record<ApiScope, { name: string; note: string }> = {
  IMPORT: { name: "Import", note: "sends facts, reads nothing" },
  READ_ROLLUPS: { name: "Read figures", note: "as a manager, without names of customers and comments" },
  ADMIN: { name: "Administer", note: "all but tokens and roles" },
};
