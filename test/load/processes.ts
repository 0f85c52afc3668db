import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Children of a process that run the program of this app (Linux). */
export function childrenOf(parent: number, app: "agent" | "coordinator"): readonly number[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  return children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(join(app, "src", "main.ts")));
}

/** Resident memory of a process, in megabytes (Linux). */
export function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1_024;
}
