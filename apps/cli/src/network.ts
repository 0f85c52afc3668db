import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, ChildProblem, startChild } from "./child.ts";
import { Stop } from "./exit.ts";
import { createKeys, identityText } from "./keys.ts";
import type { Progress } from "./progress.ts";

/** One centre of a network on this machine. */
export interface CentreFile {
  readonly centre: string;
  /** The file with its patients. */
  readonly data: string;
}

/** What a network on this machine is made of; paths are absolute. */
export interface NetworkPlan {
  readonly centres: readonly CentreFile[];
  /** `dataset.json` */
  readonly dataset: string;
  /** `policy.json`; the default policy when left out. */
  readonly policy?: string | undefined;
  /** Where the coordinator writes every byte that it sees. */
  readonly trace?: string | undefined;
}

/** A network of real processes that is up. */
export interface Network {
  readonly url: string;
  /** A researcher's token. */
  readonly token: string;
  /** `roster.json` */
  readonly roster: string;
  /** Ends every process and removes what they wrote. */
  stop(): Promise<void>;
}

/** What a network is started from. */
export interface NetworkParts {
  /** The programs, as paths. */
  readonly coordinator: string;
  readonly agent: string;
}

/** All agents and the researcher have one address, and nobody else can reach it. */
const UNLIMITED = { perMinute: 10_000_000, burst: 10_000_000 };
const OWN_MACHINE = { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED };
const READY_MS = 120_000;
const GRACE_MS = 3_000;

/**
 * Starts a coordinator and one agent a centre, in a private folder for temporary files, and waits until all are ready.
 * Stop when a process refuses its input (naming the centre's file) or when `signal` aborts; nothing is left running then.
 */
export async function startNetwork(plan: NetworkPlan, parts: NetworkParts, progress: Progress, signal: AbortSignal): Promise<Network> {
  // mkdtemp makes the folder for its owner alone.
  const folder = await mkdtemp(join(tmpdir(), "tutti-"));
  const children: Child[] = [];
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop(GRACE_MS)));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    progress.step("starting the coordinator");
    const token = randomBytes(24).toString("base64url");
    const files = writeNetwork(folder, plan, token);
    const start = (program: string, config: string, log: string) => {
      const child = startChild(program, ["--config", config], log, process.env);
      children.push(child);
      return firstOf(child, signal);
    };
    const { url } = await start(parts.coordinator, files.coordinator, files.coordinatorLog).catch((error: unknown) => {
      throw error instanceof Stop ? error : new Stop("error", `the coordinator did not start: ${problemText(error, files.coordinatorLog)}`);
    });
    if (typeof url !== "string") throw new Stop("error", "the coordinator said that it is ready, but not where");
    let ready = 0;
    const problems: string[] = [];
    progress.step(`starting ${plan.centres.length} centres`);
    await inParallel(plan.centres.length, startsAtOnce(), async (i) => {
      signal.throwIfAborted();
      const { centre, data } = plan.centres[i]!;
      const { log, config } = files.agent(i, url);
      try {
        await start(parts.agent, config, log);
        progress.step(`centre ${centre} is ready (${++ready} of ${plan.centres.length})`);
      } catch (error) {
        if (error instanceof Stop) throw error;
        problems.push(`${data}: ${problemText(error, log)}`);
      }
    });
    if (problems.length > 0) throw new Stop("error", problemList(problems));
    return { url, token, roster: files.roster, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How many agents are started together: most of a start is work for a processor. */
function startsAtOnce(): number {
  return Math.max(4, 2 * availableParallelism());
}

interface Files {
  readonly roster: string;
  readonly coordinator: string;
  readonly coordinatorLog: string;
  agent(i: number, url: string): { readonly config: string; readonly log: string };
}

/** Writes keys, roster and configurations. The agents' are written once the coordinator's address is known. */
function writeNetwork(folder: string, plan: NetworkPlan, token: string): Files {
  const write = (path: string, value: unknown) => writeText(path, JSON.stringify(value, null, 2));
  const home = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  };
  const coordinatorHome = home("coordinator");
  const keys = createKeys(plan.centres.map(({ centre }) => centre));
  const homes = plan.centres.map((_, i) => home(`agent-${i + 1}`));
  const roster = write(join(folder, "roster.json"), keys.roster);
  const policy = plan.policy === undefined ? {} : { policy: plan.policy };
  return {
    roster,
    coordinatorLog: join(coordinatorHome, "log"),
    coordinator: write(join(coordinatorHome, "coordinator.json"), {
      listen: { host: "127.0.0.1", port: 0 },
      identity: writeText(join(coordinatorHome, "identity.json"), identityText(keys.coordinator)),
      roster,
      datasets: [plan.dataset],
      ...policy,
      store: join(coordinatorHome, "store.sqlite"),
      limits: OWN_MACHINE,
      tokens: [{ name: "researcher", hash: `sha256:${createHash("sha256").update(token).digest("hex")}` }],
      ...(plan.trace === undefined ? {} : { trace: plan.trace }),
      exitWithParent: true,
    }),
    agent: (i, url) => ({
      log: join(homes[i]!, "log"),
      config: write(join(homes[i]!, "agent.json"), {
        centre: plan.centres[i]!.centre,
        coordinator: url,
        identity: writeText(join(homes[i]!, "identity.json"), identityText(keys.centres[i]!)),
        roster,
        datasets: [{ dictionary: plan.dataset, data: plan.centres[i]!.data }],
        ...policy,
        ledger: join(homes[i]!, "ledger"),
        exitWithParent: true,
      }),
    }),
  };
}

/** What comes first: the ready line, an abort, or too long a wait. */
async function firstOf(child: Child, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  let give: (() => void) | undefined;
  const given = new Promise<never>((_, reject) => {
    const timer = setTimeout(
      () => reject(new Stop("timedOut", `a process was not ready after ${READY_MS / 1000} s; is the machine busy?`)),
      READY_MS,
    );
    const interrupted = () => reject(new Stop("interrupted", "interrupted"));
    give = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", interrupted);
    };
    if (signal.aborted) interrupted();
    signal.addEventListener("abort", interrupted, { once: true });
  });
  try {
    return await Promise.race([child.ready, given]);
  } finally {
    give?.();
  }
}

/** Does the work for 0 … count − 1; after the first failure nothing new is begun. */
async function inParallel(count: number, atOnce: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      try {
        await work(next++);
      } catch (error) {
        next = count;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}

function writeText(path: string, text: string): string {
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** What a process said, or the last line that it logged. */
function problemText(error: unknown, log: string): string {
  if (error instanceof ChildProblem && typeof error.problem === "string") return error.problem;
  return readFileSync(log, "utf8").trim().split("\n").at(-1) || "it ended without saying why";
}

function problemList(problems: readonly string[]): string {
  const shown = problems.toSorted().slice(0, 5);
  const more = problems.length - shown.length;
  return shown.join("\n") + (more > 0 ? `\n… and ${more} more centres whose data was refused` : "");
}
