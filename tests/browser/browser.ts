// Pages of a real browser that remember all that went wrong on them.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
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

export interface Look {
  width?: number;
  height?: number;
  theme?: "light" | "dark";
}

/// A page, and what happened on it.
export interface Visit {
  page: Page;
  /// Answers of the API, as they came.
  answers: string[];
  /// Asserts that nothing went wrong: no error, and nothing asked of another host.
  clean: () => Promise<void>;
}

/// A browser of its own, with a fresh profile.
export class Browser {
  readonly #profile = mkdtempSync(join(tmpdir(), "caseload-profile-"));
  readonly #server: Server;
  #context: BrowserContext | undefined;

  constructor(server: Server) {
    this.#server = server;
  }

  async close(): Promise<void> {
    await this.#context?.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }

  /// A new tab at that address, as that role; as nobody where there is none.
  async visit(role: Role | undefined, path: string, look: Look = {}): Promise<Visit> {
    const fragment = role === undefined ? "" : `#token=${this.#server.tokens[role]}`;
    return this.visitAt(`${this.#server.base}${path}${fragment}`, look);
  }

  async visitAt(address: string, look: Look = {}): Promise<Visit> {
    const page = await (await this.#open()).newPage();
    await page.setViewportSize({ width: look.width ?? 1440, height: look.height ?? 900 });
    await page.emulateMedia({ colorScheme: look.theme ?? "light" });
    const visit = watch(page, this.#server.base);
    await page.addInitScript(countShifts);
    await page.goto(address);
    return visit;
  }

  async #open(): Promise<BrowserContext> {
    if (!PROGRAM) throw new Error("no Chromium here: run scripts/install-test-tools");
    this.#context ??= await chromium.launchPersistentContext(this.#profile, {
      executablePath: PROGRAM,
      args: FLAGS,
      acceptDownloads: true,
      locale: "en-GB",
      timezoneId: "America/New_York",
    });
    return this.#context;
  }
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

/// Runs in the page: adds up how far its parts moved by themselves.
function countShifts(): void {
  const state = window as unknown as { shifts: number };
  state.shifts = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (!entry.hadRecentInput) state.shifts += entry.value;
    }
  });
  observer.observe({ type: "layout-shift", buffered: true });
}

/// How far parts of the page moved by themselves; what browsers call good is below 0.1.
export function shifts(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { shifts: number }).shifts);
}

/// Waits until the report's figures are there, and those of this address.
export async function settled(page: Page): Promise<void> {
  await page.locator("[data-part=period], [data-part=status]").first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  await page.waitForFunction(() => document.querySelectorAll(".canvas:not(:has(canvas))").length === 0);
}

/// The number that a text begins with, however it is written.
export function number(text: string | null): number {
  return Number((text ?? "").replaceAll(/[^\d.]/g, ""));
}

/// The value of a card.
export async function card(page: Page, measure: string): Promise<string> {
  return (await page.locator(`[data-measure=${measure}] .card-value`).innerText()).split("\n")[0]?.trim() ?? "";
}
