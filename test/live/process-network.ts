import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@tutti/client";
import { createIdentity, formatIdentity, publicIdentity } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { firstRoster, ROSTER, signMessage } from "@tutti/protocol";
import { FaultProxy } from "./fault-proxy.ts";
import { freePort } from "./free-port.ts";
import { type LiveCentres, writeSandbox } from "./sandbox-folder.ts";

/** Who a process is: a centre by its name, or the coordinator. */
export type Who = string;
export const COORDINATOR: Who = "coordinator";

const PROGRAMS = {
  coordinator: fileURLToPath(new URL("../../apps/coordinator/src/main.ts", import.meta.url)),
  agent: fileURLToPath(new URL("../../apps/agent/src/main.ts", import.meta.url)),
};
const UNLIMITED = { perMinute: 10_000_000, burst: 10_000_000 };

type Process = ChildProcessByStdio<Writable, Readable, null>;

/** Deadlines of a network that is killed often: shorter than those that hospitals have. */
const DEADLINES = { answerMs: 4_000, exchangeMs: 3_000, queryMs: 40_000 };

/** A network of real processes, each of which can be killed and started again on what it has written; a proxy stands before the coordinator, one a centre. */
export class ProcessNetwork {
  readonly folder: string;
  readonly names: readonly string[];
  readonly proxies: ReadonlyMap<Who, FaultProxy>;
  readonly client: Client;
  readonly #running = new Map<Who, Process>();

  private constructor(folder: string, names: readonly string[], proxies: ReadonlyMap<Who, FaultProxy>, client: Client) {
    this.folder = folder;
    this.names = names;
    this.proxies = proxies;
    this.client = client;
  }

  /** Writes a network's files and starts all of it. */
  static start(centres: LiveCentres, deadlines: object = DEADLINES): Promise<ProcessNetwork> {
    return ProcessNetwork.startOn(writeSandbox(centres), [...centres.keys()], deadlines);
  }

  /** The same on a folder that holds dataset.json and a file of patients for each centre. */
  static async startOn(data: string, names: readonly string[], deadlines: object = DEADLINES): Promise<ProcessNetwork> {
    const folder = join(dirname(data), "network");
    const port = await freePort();
    const proxies = new Map<Who, FaultProxy>();
    for (const name of names) proxies.set(name, await FaultProxy.start(port));
    const token = writeNetwork(folder, data, names, port, proxies, deadlines);
    const client = createClient({
      url: `http://127.0.0.1:${port}`,
      token,
      fetch: (address, { method, headers, body = null }) => fetch(address, { method, headers, body }),
      nowMs: Date.now,
      sleep: (ms) => sleep(ms),
    });
    const network = new ProcessNetwork(folder, names, proxies, client);
    await network.run(COORDINATOR);
    await Promise.all(names.map((name) => network.run(name)));
    return network;
  }

  /** Starts a process that is not there; resolves when it is ready. */
  async run(who: Who): Promise<void> {
    const kind = who === COORDINATOR ? "coordinator" : "agent";
    const home = join(this.folder, who);
    const log = openSync(join(home, "log"), "a");
    const args = ["--disable-warning=ExperimentalWarning", PROGRAMS[kind], "--config", join(home, `${kind}.json`)];
    const child: Process = spawn(process.execPath, args, { stdio: ["pipe", "pipe", log] }) as Process;
    closeSync(log);
    child.stdin.on("error", () => {});
    this.#running.set(who, child);
    child.once("exit", () => this.#running.get(who) === child && this.#running.delete(who));
    const said = await Promise.race([once(child.stdout, "data"), once(child, "exit").then(() => null)]);
    const line = said === null ? "it ended" : String(said[0]);
    if (!line.includes('"ready":true')) throw new Error(`${who} did not start: ${line.trim()}`);
    child.stdout.resume();
  }

  isRunning(who: Who): boolean {
    return this.#running.has(who);
  }

  /** Ends a process as the power going does; resolves when it is gone. */
  async kill(who: Who): Promise<void> {
    const child = this.#running.get(who);
    if (child === undefined) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Halts a process, and lets it go on later. */
  async halt(who: Who, ms: number): Promise<void> {
    const child = this.#running.get(who);
    child?.kill("SIGSTOP");
    await sleep(ms);
    child?.kill("SIGCONT");
  }

  /** Ends all processes in order. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.#running.values()].map(async (child) => {
        const gone = once(child, "exit");
        child.kill("SIGTERM");
        const hurry = setTimeout(() => child.kill("SIGKILL"), 5_000);
        await gone;
        clearTimeout(hurry);
      }),
    );
    for (const proxy of this.proxies.values()) proxy.stop();
  }

  /** What a process has logged. */
  log(who: Who): string {
    return readFileSync(join(this.folder, who, "log"), "utf8");
  }
}

function writeNetwork(
  folder: string,
  data: string,
  names: readonly string[],
  port: number,
  proxies: ReadonlyMap<Who, FaultProxy>,
  deadlines: object,
): string {
  const home = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const write = (path: string, text: string): string => {
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const coordinator = createIdentity(COORDINATOR, randomBytes);
  const centres = names.map((name) => createIdentity(name, randomBytes));
  const value = firstRoster({ network: "live", coordinator: publicIdentity(coordinator), centres: centres.map(publicIdentity) });
  const roster = write(join(home("."), "roster.json"), JSON.stringify(signMessage(ROSTER, value, coordinator, scheme)));
  const token = randomBytes(24).toString("base64url");
  const dictionary = join(data, "dataset.json");
  write(
    join(home(COORDINATOR), "coordinator.json"),
    JSON.stringify({
      listen: { host: "127.0.0.1", port },
      identity: write(join(home(COORDINATOR), "identity.json"), formatIdentity(coordinator)),
      roster,
      datasets: [dictionary],
      store: join(home(COORDINATOR), "store.sqlite"),
      limits: { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED },
      tokens: [{ name: "researcher", hash: `sha256:${createHash("sha256").update(token).digest("hex")}` }],
      deadlines,
      exitWithParent: true,
    }),
  );
  for (const identity of centres) {
    const { name } = identity;
    write(
      join(home(name), "agent.json"),
      JSON.stringify({
        centre: name,
        coordinator: `http://127.0.0.1:${proxies.get(name)!.port}`,
        identity: write(join(home(name), "identity.json"), formatIdentity(identity)),
        roster,
        datasets: [{ dictionary, data: join(data, `${name}.csv`) }],
        ledger: join(home(name), "ledger"),
        exitWithParent: true,
      }),
    );
  }
  return token;
}
