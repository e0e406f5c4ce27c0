// Servers of the real binary with the demo's data, started for the tests and stopped with them.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Role = "owner" | "admin" | "manager" | "agent" | "viewer";

const ROLES: Role[] = ["owner", "admin", "manager", "agent", "viewer"];

/** A server that answers. */
export interface Running {
  base: string;
  stop: () => Promise<void>;
}

export interface Server extends Running {
  tokens: Record<Role, string>;
  /** Signs a member token that ends so many seconds from now. */
  sign: (member: string, seconds: number) => string;
  /** A link that signs that member in once. */
  loginLink: (member: string) => string;
  /** Another server of the same data, with those settings. */
  beside: (settings: string[]) => Promise<Running>;
}

const BINARY = process.env.CASELOAD_BIN ?? join(import.meta.dirname, "../../target/debug/caseload");
/** Importing and rolling up half a year with a development build, on a machine that has other things to do. */
const START_MS = 300_000;

/** The demo, whose reports may be framed by pages of that origin. */
export async function startServer(embedOrigin: string): Promise<Server> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build -p caseload-api --bin caseload`);
  const data = mkdtempSync(join(tmpdir(), "caseload-browser-"));
  const demo = await start(
    ["demo", "--data", data, "--refresh-interval", "1s", "--embed-origins", embedOrigin],
    /^Try:/m,
  );
  const secret = readFileSync(join(data, "secret"), "utf8");
  const tokens = ROLES.map((role) => [role, demo.find(new RegExp(`^  ${role} +(ey\\S+)`, "m"))]);
  const base = demo.find(/dashboard +(http:\/\/[\d.:]+)\//);
  return {
    base,
    tokens: Object.fromEntries(tokens) as Server["tokens"],
    sign: (member, seconds) => sign(secret, member, seconds),
    loginLink: (member) => loginLink(join(data, "caseload.db"), base, member),
    beside: (settings) => serve(join(data, "caseload.db"), secret, settings),
    stop: async () => {
      await demo.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function loginLink(database: string, base: string, member: string): string {
  const options = ["--database-url", `sqlite://${database}`, "--public-url", base];
  return execFileSync(BINARY, ["login-link", "--member", member, ...options], { encoding: "utf8" }).trim();
}

async function serve(database: string, secret: string, settings: string[]): Promise<Running> {
  const options = ["--no-scheduler", "--database-url", `sqlite://${database}`, "--jwt-secret", secret];
  const server = await start(["serve", ...options, ...settings], /127\.0\.0\.1:\d+/);
  return { base: `http://${server.find(/(127\.0\.0\.1:\d+)/)}`, stop: server.stop };
}

/** Starts the binary on a free port, and waits until it says that. */
async function start(options: string[], ready: RegExp) {
  const child = spawn(BINARY, [...options, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  const said = await untilSaid(child, ready);
  return {
    find: (pattern: RegExp) => {
      const found = pattern.exec(said)?.[1];
      if (found === undefined) throw new Error(`${options[0]} did not say ${pattern}:\n${said}`);
      return found;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function untilSaid(child: ChildProcess, ready: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const late = setTimeout(() => reject(new Error(`the server was not ready in time:\n${said}`)), START_MS);
    const listen = (bytes: Buffer) => {
      said += bytes.toString();
      if (!ready.test(said)) return;
      clearTimeout(late);
      resolve(said);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`the server ended with ${code}:\n${said}`));
    });
  });
}

function sign(secret: string, member: string, seconds: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const body = `${part({ typ: "JWT", alg: "HS256" })}.${part({ sub: member, workspace: "demo", exp })}`;
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}
