/** One of a few, all in sight. */
export function Segments<T extends string>(props: {
  title: string;
  options: readonly { id: T; name: string }[];
  chosen: T | undefined;
  onChoose: (id: T) => void;
}) {
  return (
    <fieldset class="segments">
      <legend class="hidden">{props.title}</legend>
      {props.options.map(({ id, name }) => (
        <button key={id} type="button" aria-pressed={props.chosen === id} onClick={() => props.onChoose(id)}>
          {name}
        </button>
      ))}
    </fieldset>
  );
}
