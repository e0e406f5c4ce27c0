import { t } from "../words/language.ts";
import { write } from "../words/measures.ts";
import { count } from "../words/numbers.ts";
import type { Plot } from "./plot.ts";

/** What a point says when it is pointed at. */
export function tip(plot: Plot, index: number): HTMLElement {
  const box = element("div", "tip");
  box.append(element("strong", "", plot.rows[index]?.title ?? ""));
  for (const column of plot.columns) {
    const line = element("div", "tip-line");
    const sample = column.samples?.[index];
    line.append(element("span", `swatch swatch-${column.shade}`), element("span", "", column.name));
    line.append(element("b", "", write(column.kind, column.values[index])));
    if (sample !== undefined) line.append(element("small", "", t("of {0}", count(sample))));
    box.append(line);
  }
  return box;
}

/** An element with a class and a text. */
export function element(name: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
