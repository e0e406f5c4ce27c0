import { store } from "../api/store.ts";

/** Where the tab is. */
export interface PageLocation {
  path: string;
  search: string;
}

const here = (): PageLocation => ({ path: location.pathname, search: location.search });

/** The path and the parameters in the address bar. */
export const currentLocation = store<PageLocation>(here());

addEventListener("popstate", () => {
  // The browser goes back to where it was.
  arriving = false;
  currentLocation.set(here());
});

/** Whether a link led to another page whose heading has not taken the focus yet. */
let arriving = false;

/** Goes there; the back button comes back. Another page begins at its top. */
export function go(address: string): void {
  const before = subject();
  history.pushState(null, "", address);
  if (subject() !== before) {
    arriving = true;
    scrollTo(0, 0);
  }
  currentLocation.set(here());
}

/** Whether the page has just been come to by a link: its heading takes the focus, once. */
export function takeArrival(): boolean {
  const arrived = arriving;
  arriving = false;
  return arrived;
}

/** What the page is of: filters and lists leave it where it is. */
function subject(): string {
  return `${location.pathname} ${new URLSearchParams(location.search).get("member") ?? ""}`;
}

/** Goes there in place of here. */
export function replace(address: string): void {
  history.replaceState(null, "", address);
  currentLocation.set(here());
}

/** Lets a plain click on a link of our own stay within the page; all others are the browser's. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element | null)?.closest?.("a[href]");
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin) return;
  if (link.target !== "" || link.hasAttribute("download") || link.dataset.leave !== undefined) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
