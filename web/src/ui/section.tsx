import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** A part of a page: its name, what can be done with it, and itself. */
export function Section(props: {
  title: string;
  note?: ComponentChildren;
  actions?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class={`panel ${props.class ?? ""}`} aria-labelledby={id}>
      <header class="panel-head">
        <div>
          <h2 id={id}>{props.title}</h2>
          {props.note && <p class="quiet">{props.note}</p>}
        </div>
        {props.actions && <div class="panel-actions">{props.actions}</div>}
      </header>
      {props.children}
    </section>
  );
}
