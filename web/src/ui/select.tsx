import { useId } from "preact/hooks";

/** One of many, with its name beside it. */
export function Select<T extends string>(props: {
  title: string;
  options: readonly { id: T; name: string }[];
  chosen: T;
  onChoose: (id: T) => void;
}) {
  const id = useId();
  return (
    <span class="select">
      <label for={id}>{props.title}</label>
      <select id={id} value={props.chosen} onChange={(event) => props.onChoose(event.currentTarget.value as T)}>
        {props.options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.name}
          </option>
        ))}
      </select>
    </span>
  );
}
