import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** A process of the network: it says on its first line of stdout that it is ready, or what keeps it from being so. */
export interface Child {
  /** The ready line, parsed. Rejects with a ChildProblem when the process says that it can't, or ends. */
  readonly ready: Promise<Readonly<Record<string, unknown>>>;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  /** Asks the process to end, and ends it after `graceMs` if it does not. */
  stop(graceMs: number): Promise<void>;
}

/** The process did not get ready; `problem` is what it said, or null when it said nothing. */
export class ChildProblem extends Error {
  override readonly name = "ChildProblem";
  readonly problem: unknown;
  constructor(problem: unknown) {
    super(typeof problem === "string" ? problem : "the process ended before it was ready");
    this.problem = problem;
  }
}

/**
 * An agent and a coordinator each have a small heap: threads that help to collect it cost more than they save where several share a machine. What is young
 * in it would grow to a hundred megabytes, and hold as much outside of it, where nothing bounds it. What is old may come to two and a half times what is kept
 * before V8 collects it: by itself V8 grants it so little more that it marks the whole heap every few seconds, and throws compiled code away each time. An
 * agent says itself when it is to be collected, and does so before V8 would: of two collections in a row the second leaves more pages free than come to
 * use again, and V8 keeps them.
 */
const SERVICE_FLAGS = [
  "--disable-warning=ExperimentalWarning",
  "--single-threaded-gc",
  "--max-semi-space-size=8",
  "--heap-growing-percent=150",
  "--expose-gc",
];

/**
 * glibc keeps what is freed for the thread that freed it, in up to eight arenas a core, and holds larger pieces back the more of them it has seen. Of a
 * service's dozen threads two ever have much to do: one arena, and what is free at its end goes back to the system.
 */
const SERVICE_ENV = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072" };

/**
 * Starts a service, a TypeScript program, on this Node. Its stderr goes to the file `log`. Its stdin stays open for as long as this
 * process lives, so that it can notice when this process is gone; Ctrl-C reaches this process alone.
 */
export function startChild(program: string, args: readonly string[], log: string, env: NodeJS.ProcessEnv): Child {
  const stderr = openSync(log, "a", 0o600);
  const child = spawn(process.execPath, [...SERVICE_FLAGS, program, ...args], {
    stdio: ["pipe", "pipe", stderr],
    detached: process.platform !== "win32",
    env: { ...SERVICE_ENV, ...env },
  });
  closeSync(stderr);
  // Writing nothing, but an end of the pipe may still be reported here.
  child.stdin!.on("error", () => {});
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const ready = readyLine(child);
  ready.catch(() => {});
  return { ready, ended, stop: (graceMs) => stop(child, ended, graceMs) };
}

/** How a program ended, and what it wrote. */
export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a TypeScript program on this Node to its end; it is ended when the signal aborts. */
export function runChild(program: string, args: readonly string[], signal: AbortSignal): Promise<Ran> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name].setEncoding("utf8").on("data", (text: string) => (written[name] += text));
  const end = () => child.kill();
  signal.addEventListener("abort", end, { once: true });
  return new Promise<Ran>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...written }));
  }).finally(() => signal.removeEventListener("abort", end));
}

async function readyLine(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  let text = "";
  child.stdout!.setEncoding("utf8");
  const line = await new Promise<string | null>((resolve) => {
    child.stdout!.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
    });
    child.once("error", () => resolve(null));
    // "close" comes after all of stdout was read; "exit" may come before.
    child.once("close", () => resolve(text === "" ? null : text));
  });
  // Whatever comes later is not for us, but has to be read for the process to go on.
  child.stdout!.removeAllListeners("data").resume();
  const said = parse(line);
  if (said === null || said["ready"] !== true) throw new ChildProblem(said === null ? null : said["problem"]);
  return said;
}

function parse(line: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line ?? "null");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

async function stop(child: ChildProcess, ended: Promise<void>, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.stdin!.end();
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await ended;
  clearTimeout(timer);
}
