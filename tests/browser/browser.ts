// Pages of a real browser that remember all that went wrong on them.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page, type Browser as Program, type Route } from "playwright-core";
import type { Role, Server } from "./server.ts";

// The program itself, where its package's launcher stands before it: the launcher reads settings of the desktop.
const PROGRAM = ["/usr/lib/chromium/chromium", "/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** A built dashboard to test in place of the one within the binary, which then needs no new build. */
const DIST = process.env.CASELOAD_DIST;

export interface Look {
  width?: number;
  height?: number;
  theme?: "light" | "dark";
  /** What is done with the page before it goes anywhere. */
  prepare?: (page: Page) => Promise<unknown>;
}

/** A page, and what happened on it. */
export interface Visit {
  page: Page;
  /** Answers of the API as they came, over HTTP and over sockets. */
  answers: string[];
  /** Asserts that nothing went wrong: no error, and nothing asked of another host. */
  clean: () => Promise<void>;
}

/** For whatever a page is waited for: the machine may have other things to do. */
const PATIENCE_MS = 45_000;

/** A browser, and its pages. Nothing of them stays on this machine. */
export class Browser {
  readonly #server: Server;
  #program: Program | undefined;
  #context: BrowserContext | undefined;

  constructor(server: Server) {
    this.#server = server;
  }

  async close(): Promise<void> {
    await this.#program?.close();
  }

  /** A new tab at that address, as that role; as nobody where there is none. */
  async visit(role: Role | undefined, path: string, look: Look = {}): Promise<Visit> {
    const fragment = role === undefined ? "" : `#token=${this.#server.tokens[role]}`;
    return this.visitAt(`${this.#server.base}${path}${fragment}`, look);
  }

  async visitAt(address: string, look: Look = {}): Promise<Visit> {
    this.#context ??= await this.#profile();
    return go(await this.#context.newPage(), address, look);
  }

  /** The same in a fresh profile, with nothing kept of earlier visits, of a reader with that locale. */
  async visitAnew(role: Role, path: string, locale?: string): Promise<Visit> {
    const page = await (await this.#profile(locale)).newPage();
    return go(page, `${this.#server.base}${path}#token=${this.#server.tokens[role]}`);
  }

  /** The same at that address, as nobody. */
  async visitAlone(address: string): Promise<Visit> {
    return go(await (await this.#profile()).newPage(), address);
  }

  /** The same on a page whose clock can be moved. */
  async visitWithClock(address: string): Promise<Visit> {
    const page = await (await this.#profile()).newPage();
    await page.clock.install();
    return go(page, address);
  }

  /** What is open reads new figures whenever there are any: nothing stays open after its test. */
  async closePages(): Promise<void> {
    for (const context of this.#program?.contexts() ?? []) {
      if (context === this.#context) await Promise.all(context.pages().map((page) => page.close()));
      else await context.close();
    }
  }

  async #profile(locale = "en-GB"): Promise<BrowserContext> {
    if (!PROGRAM) throw new Error("no Chromium here: run scripts/install-test-tools");
    // A page that is not from the server itself may else not ask it.
    const flags = DIST ? [...FLAGS, "--disable-features=LocalNetworkAccessChecks"] : FLAGS;
    this.#program ??= await chromium.launch({ executablePath: PROGRAM, args: flags });
    const context = await this.#program.newContext({ acceptDownloads: true, locale, timezoneId: "America/New_York" });
    if (DIST)
      await context.route(/^http:\/\/127\.0\.0\.1:\d+\/(?!graphql|v1|healthz)/, (route) => serveDist(route, DIST));
    return context;
  }
}

/** Gives the built file or page, with the header fields of the server's own. */
async function serveDist(route: Route, dist: string): Promise<void> {
  const { pathname } = new URL(route.request().url());
  if (pathname.startsWith("/assets/")) return route.fulfill({ path: join(dist, pathname) });
  const response = await route.fetch();
  const headers = response.headers();
  // Pages of other applications, which have no such policy, stay as they are.
  const isPage = headers["content-type"]?.startsWith("text/html") && "content-security-policy" in headers;
  if (!isPage) return route.fulfill({ response });
  const page = pathname === "/graphiql" ? "graphiql.html" : "index.html";
  const body = readFileSync(join(dist, page), "utf8").replace('data-graphiql="off"', 'data-graphiql="on"');
  return route.fulfill({ response, body });
}

async function go(page: Page, address: string, look: Look = {}): Promise<Visit> {
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewportSize({ width: look.width ?? 1440, height: look.height ?? 900 });
  // Charts that don't grow into their place: what is looked at is what stays.
  await page.emulateMedia({ colorScheme: look.theme ?? "light", reducedMotion: "reduce" });
  await page.addInitScript(observe);
  await look.prepare?.(page);
  const visit = watch(page, new URL(address).origin);
  await page.goto(address);
  return visit;
}

function watch(page: Page, base: string): Visit {
  const [wrong, answers, pending]: [string[], string[], Promise<void>[]] = [[], [], []];
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") wrong.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !/^(data|blob|about):/.test(request.url()))
      wrong.push(`foreign: ${request.url()}`);
    if (/[?&]token=/.test(request.url())) wrong.push(`token in an address: ${request.url()}`);
  });
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => answers.push(String(payload))));
  page.on("response", (response) => {
    if (!response.url().includes("/graphql")) return;
    const read = response.text().then(
      (text) => void answers.push(text),
      () => undefined,
    );
    pending.push(read);
  });
  const clean = async () => {
    await Promise.all(pending);
    assert.deepEqual(wrong, []);
  };
  return { page, answers, clean };
}

/** What `observe` notes of a page. */
interface Observed {
  /** How far its parts moved by themselves; what browsers call good is below 0.1. */
  shifts: number;
  /** Which parts did. */
  moved: string[];
  /** When its first figures were painted, in milliseconds after the address was entered. */
  firstFigures?: number;
}

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

/** Runs in the page. */
function observe(): void {
  const observed: Observed = { shifts: 0, moved: [] };
  Object.assign(window, { observed });
  const shifts = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as LayoutShift[]) {
      if (entry.hadRecentInput) continue;
      observed.shifts += entry.value;
      observed.moved.push(...entry.sources.map(({ node }) => (node instanceof Element ? node.className : "text")));
    }
  });
  shifts.observe({ type: "layout-shift", buffered: true });
  const figures = new MutationObserver(() => {
    if (!document.querySelector("[data-measure] .card-value, .run")) return;
    figures.disconnect();
    // The frame after the one that has them: by then they are on the screen.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => Object.assign(observed, { firstFigures: performance.now() })),
    );
  });
  figures.observe(document, { childList: true, subtree: true });
}

/** What was noted of the page up to now. Browsers tell of a frame some time after it: two frames are waited for. */
export async function observed(page: Page): Promise<Observed> {
  await page.evaluate(
    () => new Promise((later) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(later)))),
  );
  return page.evaluate(() => (window as unknown as { observed: Observed }).observed);
}

/** Waits until the report's figures are there, and those of this address. */
export async function settled(page: Page): Promise<void> {
  await page.locator("[data-part=period], [data-part=status]").first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  await page.waitForFunction(() => document.querySelectorAll(".canvas:not(:has(canvas))").length === 0);
}

/** What that button saves. */
export async function save(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** The number that a text begins with, however it is written. */
export function number(text: string | null): number {
  return Number((text ?? "").replaceAll(/[^\d.]/g, ""));
}

/** The value of a card. */
export async function card(page: Page, measure: string): Promise<string> {
  return (await page.locator(`[data-measure=${measure}] .card-value`).innerText()).split("\n")[0]?.trim() ?? "";
}
