/**
 * The colours of charts, named after what they mean. They are set in `styles/theme.css`, after Okabe and Ito: told apart by
 * all common kinds of colour vision, and by their lightness too.
 */
export const SHADES = ["main", "second", "good", "bad", "rest"] as const;

export type Shade = (typeof SHADES)[number];

export interface Palette {
  shades: Record<Shade, string>;
  text: string;
  muted: string;
  line: string;
  surface: string;
  heat: string[];
}

/** The colours of the theme in force. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    shades: Object.fromEntries(SHADES.map((shade) => [shade, read(`chart-${shade}`)])) as Record<Shade, string>,
    text: read("text"),
    muted: read("muted"),
    line: read("line"),
    surface: read("surface"),
    heat: [0, 1, 2, 3, 4].map((step) => read(`heat-${step}`)),
  };
}
