import { existsSync } from "node:fs";
import { join } from "node:path";
import { partyNameSchema } from "@tutti/envelope";
import type { Head } from "@tutti/ledger";
import { z } from "zod";
import type { AgentConfig } from "./config.ts";
import { jsonAt } from "./dataset-files.ts";
import { StartProblem } from "./start-problem.ts";

/** What an agent says of itself in `status.json`: never a number of patients, a query's content, or a key. Times are milliseconds since 1970. */
export interface AgentStatus {
  readonly centre: string;
  readonly coordinator: string;
  readonly state: "running" | "ended";
  /** Of the process, in its own namespace. */
  readonly pid: number;
  readonly writtenAtMs: number;
  readonly startedAtMs: number;
  /** When the coordinator last answered; null if never. */
  readonly lastContactMs: number | null;
  /** Requests for offers that failed since then, and why the last one did. */
  readonly failures: number;
  readonly problem: string | null;
  /** Why nothing is answered until somebody has seen to it; null while something is. */
  readonly trouble: string | null;
  /** Offers that were accepted and whose session has not ended. */
  readonly running: number;
  readonly lastSession: { readonly query: string; readonly ending: string; readonly atMs: number } | null;
  readonly lastRefusal: { readonly query: string | null; readonly reason: string; readonly atMs: number } | null;
  /** Whether people have stopped it. */
  readonly stopped: boolean;
  /** Questions that wait for people. */
  readonly queue: number;
  /** The roster that is pinned; its hash is `sha256:…`. */
  readonly roster: { readonly version: number; readonly hash: string };
  readonly ledger: Head & { readonly writable: boolean };
  /** How many past sessions are known, by dataset. */
  readonly history: Readonly<Record<string, number>>;
  readonly node: string;
}

const time = z.int().min(0);

/** The shape of `status.json`. */
export const agentStatusSchema: z.ZodType<AgentStatus> = z.strictObject({
  centre: partyNameSchema,
  coordinator: z.string().max(300),
  state: z.enum(["running", "ended"]),
  pid: z.int().min(1),
  writtenAtMs: time,
  startedAtMs: time,
  lastContactMs: time.nullable(),
  failures: z.int().min(0),
  problem: z.string().nullable(),
  trouble: z.string().nullable(),
  running: z.int().min(0),
  lastSession: z.strictObject({ query: z.string(), ending: z.string(), atMs: time }).nullable(),
  lastRefusal: z.strictObject({ query: z.string().nullable(), reason: z.string(), atMs: time }).nullable(),
  stopped: z.boolean(),
  queue: z.int().min(0),
  roster: z.strictObject({ version: z.int().min(0), hash: z.string() }),
  ledger: z.strictObject({ index: z.int().min(-1), hash: z.string(), writable: z.boolean() }),
  history: z.record(z.string(), z.int().min(0)),
  node: z.string(),
});

/** An agent writes its status at least this often; an older one is of an agent that hangs, or was killed. */
export const STALE_MS = 60_000;

/** A status as it was found, and what follows. */
export interface FoundStatus extends AgentStatus {
  /** Whether the agent lives, and reaches its coordinator, and answers. */
  readonly healthy: boolean;
  /** What is wrong, in a sentence that says what to do; null when nothing is. */
  readonly advice: string | null;
}

/** Reads the status of the agent of a configuration, and judges it. StartProblem when there is none. */
export function foundStatus(config: Pick<AgentConfig, "ledger">, nowMs: number): FoundStatus {
  const path = statusPath(config);
  if (!existsSync(path)) throw new StartProblem(`${path} is not there: no agent has run with this configuration yet`);
  const parsed = agentStatusSchema.safeParse(jsonAt(path));
  if (!parsed.success) throw new StartProblem(`${path} is of another version of the agent: start the agent again`);
  return judged(parsed.data, nowMs);
}

/** The file of an agent's status, in the folder of its ledger. */
export function statusPath({ ledger }: Pick<AgentConfig, "ledger">): string {
  return join(ledger, "status.json");
}

/** Judges a status that was read at a time. */
export function judged(status: AgentStatus, nowMs: number, lives: (pid: number) => boolean = isAlive): FoundStatus {
  const advice = adviceOf(status, nowMs, lives);
  return { ...status, healthy: advice === null, advice };
}

function adviceOf(status: AgentStatus, nowMs: number, lives: (pid: number) => boolean): string | null {
  const { state, pid, writtenAtMs, trouble, failures, problem, ledger } = status;
  if (state === "ended") return "the agent has ended: start it";
  if (!lives(pid)) return "the agent was killed: look at its log and the machine's, and start it again";
  if (nowMs - writtenAtMs > STALE_MS) return "the agent hangs: look at its log, and start it again";
  if (trouble !== null) return `nothing is answered: ${trouble}`;
  if (!ledger.writable) return "the ledger can't be written: free the disk, and let the agent's user write its folder";
  if (failures > 0) return `the coordinator is not reached (${problem ?? "see the agent's log"}); "tutti agent doctor" looks step by step`;
  return null;
}

/** Whether there is a process; one that this user may not signal is there. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function day(ms: number): string {
  return new Date(ms).toISOString();
}

/** A status for people. */
export function statusText(found: FoundStatus): string {
  const { centre, coordinator, healthy, advice, running, lastContactMs, lastSession, lastRefusal, roster, ledger, history } = found;
  const lines = [
    ["centre", centre],
    ["healthy", healthy ? "yes" : `no: ${advice}`],
    ["coordinator", `${coordinator}, ${lastContactMs === null ? "not reached yet" : `last answer ${day(lastContactMs)}`}`],
    ["sessions", `${running} running`],
    [
      "last session",
      lastSession === null ? "none since the start" : `${lastSession.ending}, ${day(lastSession.atMs)}, query ${lastSession.query}`,
    ],
    ["last refusal", lastRefusal === null ? "none since the start" : `${lastRefusal.reason}, ${day(lastRefusal.atMs)}`],
    ["people", `${found.stopped ? "stopped it: tutti agent resume" : "let it answer"}; ${found.queue} questions wait for them`],
    ["roster", `version ${roster.version}, ${roster.hash}`],
    ["ledger", `${ledger.index + 1} entries, head ${ledger.hash}`],
    [
      "history",
      Object.entries(history)
        .map(([dataset, count]) => `${dataset}: ${count}`)
        .join(", "),
    ],
    ["written", day(found.writtenAtMs)],
  ];
  return lines.map(([name, value]) => `${name!.padEnd(14)}${value}\n`).join("");
}
