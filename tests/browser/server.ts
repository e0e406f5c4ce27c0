// A server of the real binary with the demo's data, started for the tests and stopped with them.
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Role = "owner" | "admin" | "manager" | "agent" | "viewer";

export interface Server {
  base: string;
  tokens: Record<Role, string>;
  /// Signs a member token that ends so many seconds from now.
  sign: (member: string, seconds: number) => string;
  stop: () => Promise<void>;
}

const BINARY = process.env.CASELOAD_BIN ?? join(import.meta.dirname, "../../target/debug/caseload");
/// Importing and rolling up half a year with a development build, on a machine that has other things to do.
const START_MS = 300_000;

export async function startServer(): Promise<Server> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build -p caseload-api --bin caseload`);
  const data = mkdtempSync(join(tmpdir(), "caseload-browser-"));
  const options = ["--listen", "127.0.0.1:0", "--refresh-interval", "1s", "--embed-origins", "http://127.0.0.1:9"];
  const child = spawn(BINARY, ["demo", "--data", data, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const said = await untilReady(child);
  const find = (pattern: RegExp) => {
    const found = pattern.exec(said)?.[1];
    if (found === undefined) throw new Error(`the demo did not say ${pattern}:\n${said}`);
    return found;
  };
  const roles: Role[] = ["owner", "admin", "manager", "agent", "viewer"];
  return {
    base: find(/dashboard +(http:\/\/[\d.:]+)\//),
    tokens: Object.fromEntries(
      roles.map((role) => [role, find(new RegExp(`^  ${role} +(ey\\S+)`, "m"))]),
    ) as Server["tokens"],
    sign: (member, seconds) => sign(readFileSync(join(data, "secret"), "utf8"), member, seconds),
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const late = setTimeout(() => reject(new Error(`the demo was not ready in time:\n${said}`)), START_MS);
    child.stdout?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      if (!said.includes("\nTry:")) return;
      clearTimeout(late);
      resolve(said);
    });
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${said}`)));
  });
}

function sign(secret: string, member: string, seconds: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const body = `${part({ typ: "JWT", alg: "HS256" })}.${part({ sub: member, workspace: "demo", exp })}`;
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}
