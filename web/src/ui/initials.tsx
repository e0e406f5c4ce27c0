/** The first letters of a person's names. Pictures of theirs lie on other hosts, of which none is asked. */
export function Initials({ name }: { name: string }) {
  const words = name.split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => word?.match(/\p{L}/u)?.[0] ?? "",
  );
  return (
    <span class={`initials initials-${shade(name)}`} aria-hidden="true">
      {letters.join("").toUpperCase() || "?"}
    </span>
  );
}

/** One of six shades, always the same for a name. */
function shade(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 6_007;
  return sum % 6;
}
