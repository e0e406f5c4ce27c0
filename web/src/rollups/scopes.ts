import type { ApiScope } from "../../generated/graphql.ts";
import { t } from "../words/language.ts";

/** What a machine's token may do, in words. */
export const SCOPES: Record<ApiScope, { name: string; note: string }> = {
  IMPORT: { name: t("Import"), note: t("sends facts, reads nothing") },
  READ_ROLLUPS: { name: t("Read figures"), note: t("as a manager, without names of customers and comments") },
  ADMIN: { name: t("Administer"), note: t("all but tokens and roles") },
};
