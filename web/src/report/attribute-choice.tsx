import { useEffect, useState } from "preact/hooks";
import { AttributesDocument } from "../../generated/graphql.ts";
import { useQuery } from "../api/use-query.ts";
import { Choice } from "../ui/choice.tsx";
import { NO_VALUE, withAttribute } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { t } from "../words/language.ts";
import { ASKED_VALUES, type Attribute, MOST_VALUES, useAttributes, valueName } from "./use-attributes.ts";

/** Values are looked for when the reader has paused for so long. */
const PAUSE_MS = 300;

/** A choice for each attribute, and for what the address names beside them. */
export function AttributeChoices() {
  const { attributes } = useAttributes();
  const { filter } = useReport().state;
  const strange = filter.attributes.filter(({ key }) => !attributes.some((one) => one.key === key));
  const all = [...attributes, ...strange.map(({ key }) => ({ key, values: [] }))];
  return all.map((attribute) => <AttributeChoice key={attribute.key} attribute={attribute} />);
}

function AttributeChoice({ attribute }: { attribute: Attribute }) {
  const { key } = attribute;
  const { state, change } = useReport();
  const { filter } = state;
  const hasMore = attribute.values.length > MOST_VALUES;
  const [search, setSearch] = useState("");
  const found = useFoundValues(key, search);
  const values = (found.values ?? attribute.values).slice(0, MOST_VALUES);
  const more = {
    note: t("The first {0} values. Type how another one begins, with its capitals.", MOST_VALUES),
    busy: found.busy,
    onSearch: setSearch,
  };
  const choose = (chosen: string[]) =>
    change({ filter: { ...filter, attributes: withAttribute(filter.attributes, key, chosen) } });
  return (
    <Choice
      title={key}
      options={[...values, NO_VALUE].map((value) => ({ id: value, name: valueName(value) }))}
      chosen={filter.attributes.find((one) => one.key === key)?.values ?? []}
      onChange={choose}
      more={hasMore ? more : undefined}
    />
  );
}

/** The values that begin with that text; nothing where none are looked for. */
function useFoundValues(key: string, search: string): { values: string[] | undefined; busy: boolean } {
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setAsked(search), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [search]);
  const { data, loading } = useQuery(
    AttributesDocument,
    asked === "" ? undefined : { startsWith: asked, first: ASKED_VALUES },
  );
  if (search === "") return { values: undefined, busy: false };
  const found = data?.workspace.attributes?.find((one) => one.key === key);
  return { values: found?.values, busy: loading || asked !== search };
}
