import { useState } from "preact/hooks";
import { t, within } from "../words/language.ts";
import { Icon } from "./icon.tsx";
import { Popover } from "./popover.tsx";

/** Something that can be chosen. */
export interface Option {
  id: string;
  name: string;
  note?: string;
}

interface ChoiceProps {
  title: string;
  options: Option[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
  /** Where there are more options than these. */
  more?: MoreOptions | undefined;
}

/** How options that are not known yet are found. */
interface MoreOptions {
  note: string;
  /** Whether they are being looked for. */
  busy: boolean;
  onSearch: (text: string) => void;
}

/** From how many options on a search is worth its place. */
const SEARCH_FROM = 9;

/** Any number of options, chosen in a panel. */
export function Choice({ title, options, chosen, onChange, more }: ChoiceProps) {
  const [search, setSearch] = useState("");
  // What an address names and the list does not have can still be taken away.
  const strange = chosen.filter((id) => !options.some((option) => option.id === id));
  const all = [...options, ...strange.map((id) => ({ id, name: id }) as Option)];
  const shown = all.filter((option) => option.name.toLowerCase().includes(search.trim().toLowerCase()));
  const look = (text: string) => {
    setSearch(text);
    more?.onSearch(text.trim());
  };
  const toggle = (id: string) => onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const first = all.find((option) => option.id === chosen[0])?.name;
  const label = chosen.length === 0 ? title : chosen.length === 1 ? `${title}: ${first}` : `${title}: ${chosen.length}`;
  const face = (
    <>
      <span class="choice-label">{label}</span>
      <Icon name="down" />
    </>
  );
  return (
    <Popover label={face} title={title} active={chosen.length > 0}>
      {() => (
        <>
          {(more || all.length >= SEARCH_FROM) && (
            <input
              type="search"
              class="input"
              aria-label={t("Search {0}", within(title))}
              placeholder={t("Search")}
              value={search}
              onInput={(event) => look(event.currentTarget.value)}
            />
          )}
          {more && <p class="quiet">{more.note}</p>}
          <fieldset class="choice-list">
            <legend class="hidden">{title}</legend>
            {shown.map((option) => (
              <label key={option.id} class="choice-option">
                <input type="checkbox" checked={chosen.includes(option.id)} onChange={() => toggle(option.id)} />
                <span>{option.name}</span>
                {option.note && <small>{option.note}</small>}
              </label>
            ))}
            {shown.length === 0 && <p class="quiet">{more?.busy ? t("Searching…") : t("Nothing to choose.")}</p>}
          </fieldset>
          {chosen.length > 0 && (
            <button type="button" class="button button-plain" onClick={() => onChange([])}>
              {t("Clear")}
            </button>
          )}
        </>
      )}
    </Popover>
  );
}
