import { store } from "./store.ts";

/**
 * Whether somebody is signed in. `asking`: the server is asked whether this browser is. `open` without a token: by the cookie of a
 * session, which no script can read. `ended`: what was sent was refused, or its time is over.
 */
export type Session = { state: "none" } | { state: "asking" } | { state: "open"; token?: string } | { state: "ended" };

const KEY = "caseload.token";
/** Timers hold at most 2³¹ − 1 ms; a token that holds longer is looked at again then. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const session = store<Session>({ state: "none" });

let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Begins with the token of the address's fragment (`#token=…`), with the one that this tab holds, or with the session that this
 * browser has. The fragment is taken out of the address and of the history at once; a browser never sends it to a server.
 */
export function restoreSession(): void {
  if (!takeFromFragment()) {
    const kept = read();
    if (kept) open(kept);
    else void restoreFromCookie();
  }
  // The host application hands over a new token by changing the fragment of the frame.
  addEventListener("hashchange", takeFromFragment);
}

/** Uses that token for this tab. */
export function signIn(token: string): void {
  keep(token);
  open(token);
}

/** Forgets the token, or ends this browser's session. Whether that is done: without the server, a session can't be ended. */
export async function signOut(): Promise<boolean> {
  // A session may stand behind the token; without it, the next visit would be signed in again.
  const isLoggedOut = await logOut();
  if (token() === undefined && !isLoggedOut) return false;
  clear();
  session.set({ state: "none" });
  return true;
}

/** What a request is sent with: the token, where there is one. A browser sends the cookie of a session by itself. */
export function authorization(): { Authorization: string } | Record<string, never> {
  const own = token();
  return own === undefined ? {} : { Authorization: `Bearer ${own}` };
}

/** Forgets a token that is no longer good, and says so. */
export function endSession(): void {
  if (session.get().state !== "open") return;
  clear();
  session.set({ state: "ended" });
  // A page that embeds this one can hand over a new token. This says nothing that it does not know.
  if (parent !== window) parent.postMessage({ type: "caseload:signed-out" }, "*");
}

/** The token in use. */
export function token(): string | undefined {
  const now = session.get();
  return now.state === "open" ? now.token : undefined;
}

/** The instant, in milliseconds, at which a token ends; none for tokens that don't say. */
export function expiryOf(token: string): number | undefined {
  const payload = token.split(".")[1];
  if (!payload) return undefined;
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    const exp = (claims as { exp?: unknown }).exp;
    return typeof exp === "number" ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

async function restoreFromCookie(): Promise<void> {
  // A frame of another site has no session: its host hands over a token.
  if (parent !== window) return;
  session.set({ state: "asking" });
  const isSignedIn = await fetch("/auth/session", { referrerPolicy: "no-referrer" })
    .then((answer) => answer.json() as Promise<{ signedIn?: boolean }>)
    .then(
      ({ signedIn }) => signedIn === true,
      () => false,
    );
  // Meanwhile somebody may have signed in with a token.
  if (session.get().state === "asking") session.set({ state: isSignedIn ? "open" : "none" });
}

function logOut(): Promise<boolean> {
  return fetch("/auth/logout", { method: "POST", referrerPolicy: "no-referrer" }).then(
    (answer) => answer.ok,
    () => false,
  );
}

function open(token: string): void {
  session.set({ state: "open", token });
  watchExpiry(token);
}

function watchExpiry(token: string): void {
  clearTimeout(timer);
  const end = expiryOf(token);
  if (end === undefined) return;
  const left = end - Date.now();
  if (left <= 0) endSession();
  else timer = setTimeout(() => watchExpiry(token), Math.min(left, LONGEST_TIMER));
}

function takeFromFragment(): boolean {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return false;
  history.replaceState(history.state, "", location.pathname + location.search);
  signIn(given);
  return true;
}

function clear(): void {
  clearTimeout(timer);
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // A frame whose storage is blocked never kept it.
  }
}

function keep(token: string): void {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // A frame whose storage is blocked keeps it in memory alone.
  }
}

function read(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
