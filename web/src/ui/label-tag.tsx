/** A label with its colour. */
export function LabelTag({ title, color }: { title: string; color: string | null }) {
  // Set as a property: the page's policy takes no style that is written into a document.
  return (
    <span class="tag">
      <span class="tag-dot" style={{ backgroundColor: color ?? "var(--muted)" }} />
      {title}
    </span>
  );
}
