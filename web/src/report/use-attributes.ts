import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { AttributesQuery } from "../../generated/graphql.ts";
import type { Query } from "../api/use-query.ts";
import { type AttributeChoice, NO_VALUE } from "../url/report-state.ts";
import { t } from "../words/language.ts";

/** A key that conversations have, and the first of its values. */
export type Attribute = NonNullable<AttributesQuery["workspace"]["attributes"]>[number];

/** How many values of a key are offered at once. */
export const MOST_VALUES = 100;
/** One more tells whether there are others. */
export const ASKED_VALUES = MOST_VALUES + 1;

export const AttributesContext = createContext<Query<AttributesQuery> | undefined>(undefined);

/** The attributes of the workspace: none before they are known, and none for who sees only themselves. */
export function useAttributes(): { query: Query<AttributesQuery>; attributes: Attribute[] } {
  const query = useContext(AttributesContext);
  if (!query) throw new Error("a page outside the shell");
  return { query, attributes: query.data?.workspace.attributes ?? [] };
}

/** A value as people read it. */
export const valueName = (value: string) => (value === NO_VALUE ? t("Without a value") : value);

/** Values of an attribute after its key. */
export const attributeText = ({ key, values }: AttributeChoice) => `${key}: ${values.map(valueName).join(", ")}`;
