import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openSource } from "@tutti/agent";
import { createClient } from "@tutti/client";
import { asCsv, CENTRE_STYLES, IPH_REPORT, iphCohort, PLAIN } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import { plan } from "@tutti/query";
import type { BenchRow } from "./row.ts";
import { median } from "./median.ts";

const TUTTI = fileURLToPath(new URL("../../apps/cli/tutti.mjs", import.meta.url));
/** Questions before the measured ones: a service that runs for months has compiled what it runs. */
const WARM_UP = 35;
const RUNS = 15;
/** Between questions, so that each meets a network at rest. */
const PAUSE_MS = 300;

/** A network of real processes on this machine, as `tutti sandbox` starts it. */
interface Network {
  readonly url: string;
  readonly token: string;
  /** Resident megabytes of each agent. */
  agentsMb(): number[];
  stop(): Promise<void>;
}

/** The whole IPH report: twelve agents and a coordinator as processes; from submit to the co-signed release. */
export async function networkBench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-"));
  try {
    const files = iphCohort().map((centre, i) => {
      const data = join(folder, `${centre.name}.csv`);
      writeFileSync(data, asCsv(centre, IPH, CENTRE_STYLES[i] ?? PLAIN));
      return data;
    });
    writeFileSync(join(folder, "dataset.json"), JSON.stringify(IPH));
    const inTheClear = await clearly(files);
    const network = await start(folder);
    try {
      const restMb = median(network.agentsMb());
      const { first, warm } = await asked(network);
      return [
        {
          name: `the whole IPH report, 12 agent processes and a coordinator, submit to signed release, after ${WARM_UP} of the same`,
          value: warm,
          unit: "ms",
          reference: `the same SQL at 12 sources in one process, added in the clear: ${inTheClear.toFixed(1)} ms`,
          ratio: warm / inTheClear,
          target: "≤ 250 ms",
        },
        {
          name: "the same, first question after the start",
          value: first,
          unit: "ms",
          reference: "",
          ratio: first / inTheClear,
          target: "none",
        },
        { name: "an agent at rest", value: restMb, unit: "MB resident", reference: "", ratio: null, target: "≤ 200 MB" },
        {
          name: "an agent after all these queries",
          value: median(network.agentsMb()),
          unit: "MB resident",
          reference: "",
          ratio: null,
          target: "≤ 200 MB",
        },
      ];
    } finally {
      await network.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function asked({ url, token }: Network): Promise<{ readonly first: number; readonly warm: number }> {
  const client = createClient({
    url,
    token,
    fetch: (address, init) => fetch(address, init as RequestInit),
    nowMs: Date.now,
    sleep,
  });
  const times: number[] = [];
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    if (run > 0) await sleep(PAUSE_MS);
    const from = performance.now();
    // Each time for another purpose: the same question again would get the same answer again, and no more work.
    const query = { ...IPH_REPORT.queries[0]!, purpose: `benchmark, run ${run}` };
    const state = await client.wait(await client.ask(query), { timeoutMs: 60_000 });
    times.push(performance.now() - from);
    if (state.state !== "released") throw new Error(`the query ended as ${state.state}: ${state.detail ?? ""}`);
  }
  return { first: times[0]!, warm: median(times.slice(WARM_UP)) };
}

async function clearly(files: readonly string[]): Promise<number> {
  const planned = plan(IPH_REPORT.queries[0]!, IPH);
  const sources = await Promise.all(files.map((data) => openSource({ dataset: IPH, data })));
  const times: number[] = [];
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    const from = performance.now();
    const contributions = await Promise.all(sources.map((source) => source.contribute(planned)));
    contributions.reduce((sum, { counts }) => sum.map((count, i) => count + counts[i]!), new Uint32Array(contributions[0]!.counts.length));
    times.push(performance.now() - from);
  }
  await Promise.all(sources.map((source) => source.close()));
  return median(times.slice(WARM_UP));
}

async function start(folder: string): Promise<Network> {
  const child = spawn(process.execPath, [TUTTI, "sandbox", folder], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const access = await new Promise<{ url: string; token: string }>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const found = /--coordinator (\S+) --token (\S+)/.exec(said);
      if (found !== null) resolve({ url: found[1]!, token: found[2]! });
    });
    void ended.then(() => reject(new Error(`the network did not start: ${said}`)));
  });
  return {
    ...access,
    agentsMb: () => agents(child.pid!).map(residentMb),
    stop: () => {
      child.kill("SIGINT");
      return ended;
    },
  };
}

/** Processes whose parent is `parent` and that run the agent's program (Linux). */
function agents(parent: number): number[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ").map(Number);
  return children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(join("agent", "src", "main.ts")));
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
}
