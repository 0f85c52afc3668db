import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const TUTTI = fileURLToPath(new URL("../../apps/cli/tutti.mjs", import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has written to stderr so far. */
  stderr(): string;
}

/** Starts the `tutti` command as a user would, as a process of its own. */
export function startTutti(...args: readonly string[]): Running {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", TUTTI, ...args], {
    env: { ...process.env, NO_COLOR: "1" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  return { child, ended, stderr: () => stderr };
}

/** Runs the command to its end. */
export function tutti(...args: readonly string[]): Promise<Ended> {
  return startTutti(...args).ended;
}
