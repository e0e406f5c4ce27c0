import { store } from "../api/store.ts";

/** What the reader wants: the system's way, or one of the two. */
export type Wish = "auto" | "light" | "dark";

const KEY = "caseload.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export const wish = store<Wish>(read());
/** What is in force. */
export const scheme = store<"light" | "dark">("light");

/** Sets the theme, and keeps it set as the system and the reader change their minds. */
export function startTheme(): void {
  const given = new URLSearchParams(location.search).get("theme");
  if (given === "light" || given === "dark") wish.set(given);
  const apply = () => {
    const now = wish.get() === "auto" ? (dark.matches ? "dark" : "light") : (wish.get() as "light" | "dark");
    document.documentElement.dataset.theme = now;
    scheme.set(now);
  };
  // Paper is light, and so are the charts that are drawn on it.
  addEventListener("beforeprint", () => {
    document.documentElement.dataset.theme = "light";
  });
  addEventListener("afterprint", apply);
  dark.addEventListener("change", apply);
  wish.subscribe(apply);
  apply();
}

/** Goes to the next of the three, and keeps it for the next visit. */
export function nextTheme(): void {
  const order: Wish[] = ["auto", "light", "dark"];
  const next = order[(order.indexOf(wish.get()) + 1) % order.length] ?? "auto";
  wish.set(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A frame whose storage is blocked forgets it.
  }
}

function read(): Wish {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto";
  }
}
