import { store } from "../api/store.ts";

/// Where the tab is.
export interface Place {
  path: string;
  search: string;
}

const here = (): Place => ({ path: location.pathname, search: location.search });

/// The place, as the address bar has it.
export const place = store<Place>(here());

addEventListener("popstate", () => place.set(here()));

/// Goes there; the back button comes back.
export function go(address: string): void {
  history.pushState(null, "", address);
  place.set(here());
}

/// Goes there in place of here.
export function replace(address: string): void {
  history.replaceState(null, "", address);
  place.set(here());
}

/// Lets a plain click on a link of our own stay within the page; all others are the browser's.
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element | null)?.closest?.("a[href]");
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin) return;
  if (link.target !== "" || link.hasAttribute("download") || link.dataset.leave !== undefined) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
