import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "@tutti/client";
import { createIdentity, formatIdentity, publicIdentity } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { firstRoster, type QueryState, ROSTER, signMessage } from "@tutti/protocol";
import { ROOT } from "../invariants/repository.ts";
import { csvOf, LIVE, type LiveCentres } from "./sandbox-folder.ts";

const TOKEN = "open-sesame";

/** A program that was started by hand: its process, and how it ended. */
export interface Started {
  readonly child: ChildProcess;
  readonly ready: Readonly<Record<string, unknown>>;
  readonly code: Promise<number | null>;
}

/** How one agent is started otherwise than the others. */
export interface AgentStart {
  /** Its standing rules. */
  readonly rules?: object;
  /** Its own policy. */
  readonly policy?: object;
  /** The path of the certificate of an authority that it is to know. */
  readonly certificateAuthority?: string;
  /** A module that its program imports first. */
  readonly before?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A network whose programs a test starts one by one, as an operator would, each from a configuration in a folder of its own: `coordinator/` and one a centre.
 * Unlike a sandbox it can be looked into, and what has ended can be started again.
 */
export class HandNetwork {
  readonly folder: string = mkdtempSync(join(tmpdir(), "tutti-hand-"));
  readonly centres: readonly string[];
  readonly #started: Started[] = [];
  #url = "";

  constructor(centres: LiveCentres, coordinator: object = {}) {
    this.centres = [...centres.keys()];
    const own = createIdentity("coordinator", randomBytes);
    const identities = this.centres.map((name) => createIdentity(name, randomBytes));
    const roster = firstRoster({ network: "hand", coordinator: publicIdentity(own), centres: identities.map(publicIdentity) });
    const common = {
      "roster.json": JSON.stringify(signMessage(ROSTER, roster, own, scheme)),
      "dataset.json": JSON.stringify(LIVE),
    };
    const hash = `sha256:${createHash("sha256").update(TOKEN).digest("hex")}`;
    const paths = { identity: "identity.json", roster: "roster.json" };
    this.#write("coordinator", {
      ...common,
      "identity.json": formatIdentity(own),
      "coordinator.json": JSON.stringify({
        listen: { port: 0 },
        ...paths,
        datasets: ["dataset.json"],
        store: "store.sqlite",
        tokens: [{ name: "ann", hash }],
        ...coordinator,
      }),
    });
    for (const [i, identity] of identities.entries())
      this.#write(this.centres[i]!, {
        ...common,
        "identity.json": formatIdentity(identity),
        "data.csv": csvOf(centres.get(identity.name)!),
      });
  }

  get url(): string {
    return this.#url;
  }

  /** Starts the coordinator; the second time where it was before. */
  async startCoordinator(): Promise<Started> {
    const config = join(this.folder, "coordinator/coordinator.json");
    const started = await this.#start("coordinator", config);
    this.#url = String(started.ready["url"]);
    return started;
  }

  /** From here on agents and researchers come by another address: a proxy's. */
  comeBy(url: string): void {
    this.#url = url;
  }

  /** Starts a centre's agent. */
  async startAgent(centre: string, { rules, policy, certificateAuthority, ...node }: AgentStart = {}): Promise<Started> {
    const config = this.configOf(centre);
    const given = Object.entries({ rules, policy }).filter(([, value]) => value !== undefined);
    for (const [name, value] of given) writeFileSync(join(this.folder, centre, `${name}.json`), JSON.stringify(value));
    writeFileSync(
      config,
      JSON.stringify({
        centre,
        coordinator: this.#url,
        identity: "identity.json",
        roster: "roster.json",
        datasets: [{ dictionary: "dataset.json", data: "data.csv" }],
        ledger: "ledger",
        certificateAuthority,
        ...Object.fromEntries(given.map(([name]) => [name, `${name}.json`])),
      }),
    );
    return this.#start("agent", config, node);
  }

  configOf(centre: string): string {
    return join(this.folder, centre, "agent.json");
  }

  /** A researcher's way in. */
  client(): Client {
    return createClient({
      url: this.#url,
      token: TOKEN,
      fetch: (address, { method, headers, body = null }) => fetch(address, { method, headers, body }),
      nowMs: Date.now,
      sleep: (ms) => sleep(ms),
    });
  }

  /** Asks a query, and waits until it has ended; `onEvent` may do harm in between. */
  async ask(query: unknown, onEvent?: (what: string) => void): Promise<QueryState> {
    const client = this.client();
    const id = await client.ask(query);
    return client.wait(id, { timeoutMs: 60_000, onEvent: ({ what }) => onEvent?.(what) });
  }

  /** Ends everything, and removes what it wrote. */
  async remove(): Promise<void> {
    for (const { child } of this.#started) child.kill("SIGKILL");
    await Promise.all(this.#started.map(({ code }) => code));
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #start(app: "coordinator" | "agent", config: string, { before, env }: AgentStart = {}): Promise<Started> {
    const program = join(ROOT, `apps/${app}/src/main.ts`);
    const first = before === undefined ? [] : ["--import", before];
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...first, program, "--config", config], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, ...env },
    });
    const code = once(child, "exit").then(([value]) => value as number | null);
    const ended = code.then((value): never => {
      throw new Error(`the ${app} ended before it was ready, with the code ${value}`);
    });
    ended.catch(() => {});
    const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended])) as [string];
    const started = { child, code, ready: JSON.parse(line) as Readonly<Record<string, unknown>> };
    this.#started.push(started);
    if (started.ready["ready"] !== true) throw new Error(String(started.ready["problem"]));
    return started;
  }

  #write(name: string, files: Readonly<Record<string, string>>): void {
    mkdirSync(join(this.folder, name), { mode: 0o700 });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(this.folder, name, file), text, { mode: 0o600 });
  }
}
