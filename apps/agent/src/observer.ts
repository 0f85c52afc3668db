import { rename, writeFile } from "node:fs/promises";
import { type Dataset, datasetName } from "@tutti/dataset";
import type { PinnedRoster } from "@tutti/protocol";
import type { AgentFields, AgentLog } from "./agent-log.ts";
import { AgentMetrics, type LoggedEvent } from "./agent-metrics.ts";
import type { AgentConfig } from "./config.ts";
import type { ConsentDesk } from "./consent/consent-desk.ts";
import type { Past } from "./guard/past.ts";
import type { Ledger } from "./ledger-file.ts";
import type { LogWatch } from "./log-watch.ts";
import { type AgentStatus, statusPath } from "./status.ts";

/** What an observer reads when it writes. */
export interface Observed {
  readonly rosters: { readonly newest: Pick<PinnedRoster, "hash" | "version"> };
  readonly datasets: readonly Dataset[];
  readonly ledger: Pick<Ledger, "head" | "writable" | "decisions">;
  readonly past: Pick<Past, "trouble" | "history">;
  readonly watch: Pick<LogWatch, "trouble">;
  readonly consent: Pick<ConsentDesk, "isStopped">;
}

/** What happens within this time is written at once. */
const GATHER_MS = 1_000;
/** The status is written at least this often, so that somebody sees when it is not. */
const HEARTBEAT_MS = 20_000;

/**
 * Watches what the agent logs, and writes `status.json` and, where the configuration names a file, metrics. Both are whole at any time and outlive no crash
 * of the machine: nothing waits for a disk. A failure to write either changes nothing else.
 */
export class Observer {
  /** Passes every line on. */
  readonly log: AgentLog;
  readonly #config: AgentConfig;
  readonly #nowMs: () => number;
  readonly #startedAtMs: number;
  readonly #metrics: AgentMetrics;
  #observed: Observed | null = null;
  #state: AgentStatus["state"] = "running";
  #lastContactMs: number | null = null;
  #failures = 0;
  #problem: string | null = null;
  #running = 0;
  #lastSession: AgentStatus["lastSession"] = null;
  #lastRefusal: AgentStatus["lastRefusal"] = null;
  #timer: NodeJS.Timeout | null = null;
  #heartbeat: NodeJS.Timeout | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(config: AgentConfig, log: AgentLog, nowMs: () => number) {
    this.#config = config;
    this.#nowMs = nowMs;
    this.#startedAtMs = nowMs();
    const noted =
      <E extends LoggedEvent>(pass: (about: AgentFields, event: E) => void) =>
      (about: AgentFields, event: E) => {
        pass(about, event);
        this.#note(event, about);
      };
    this.log = {
      debug: noted((about, event) => log.debug(about, event)),
      info: noted((about, event) => log.info(about, event)),
      warn: noted((about, event) => log.warn(about, event)),
      error: noted((about, event) => log.error(about, event)),
    };
    this.#metrics = new AgentMetrics({
      lastContactMs: () => this.#lastContactMs ?? 0,
      failures: () => this.#failures,
      ledgerEntries: () => (this.#observed?.ledger.head.index ?? -1) + 1,
      historySessions: () => this.#observed?.datasets.reduce((sum, dataset) => sum + this.#sessionsOn(dataset), 0) ?? 0,
      queue: () => (this.#observed === null ? 0 : waiting(this.#observed)),
      stopped: () => this.#observed?.consent.isStopped === true,
      answers: () =>
        this.#observed?.ledger.writable === true && this.#observed.past.trouble === null && this.#observed.watch.trouble === null,
    });
  }

  /** Begins to write. */
  begin(observed: Observed): void {
    this.#observed = observed;
    this.#heartbeat = setInterval(() => this.#write(), HEARTBEAT_MS).unref();
    this.#write();
  }

  /** Writes for the last time. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#state = "ended";
    this.#write();
    await this.#turn;
  }

  #note(event: LoggedEvent, about: AgentFields): void {
    this.#metrics.count(event, about);
    const atMs = this.#nowMs();
    switch (event) {
      case "asked for offers":
      case "reached again":
        [this.#lastContactMs, this.#failures, this.#problem] = [atMs, 0, null];
        break;
      case "no offers could be asked for":
        this.#failures++;
        this.#problem = about.problem ?? about.fault ?? null;
        break;
      case "accepted":
        this.#running++;
        break;
      case "refused":
        this.#lastRefusal = { query: about.query ?? null, reason: about.reason ?? "unknown", atMs };
        break;
      case "ended":
        this.#running--;
        this.#lastSession = { query: about.query ?? "unknown", ending: about.ending ?? "unknown", atMs };
        break;
      default:
    }
    if (this.#observed !== null && event !== "exchanged") this.#timer ??= setTimeout(() => this.#write(), GATHER_MS).unref();
  }

  #write(): void {
    this.#timer = null;
    if (this.#observed === null) return;
    const status = `${JSON.stringify(this.#status(this.#observed), null, 2)}\n`;
    const { metrics } = this.#config;
    const text = metrics === undefined ? null : this.#metrics.text();
    this.#turn = this.#inTurn(status, text);
  }

  async #inTurn(status: string, text: string | null): Promise<void> {
    await this.#turn;
    await whole(statusPath(this.#config), status, 0o600);
    if (text !== null) await whole(this.#config.metrics!, text, 0o644);
  }

  #sessionsOn(dataset: Dataset): number {
    return this.#observed?.past.history.count(datasetName(dataset)) ?? 0;
  }

  #status(observed: Observed): AgentStatus {
    const { rosters, datasets, ledger, past, watch, consent } = observed;
    return {
      centre: this.#config.centre,
      coordinator: this.#config.coordinator,
      state: this.#state,
      pid: process.pid,
      writtenAtMs: this.#nowMs(),
      startedAtMs: this.#startedAtMs,
      lastContactMs: this.#lastContactMs,
      failures: this.#failures,
      problem: this.#problem,
      trouble: past.trouble ?? watch.trouble,
      running: this.#running,
      lastSession: this.#lastSession,
      lastRefusal: this.#lastRefusal,
      stopped: consent.isStopped,
      queue: waiting(observed),
      roster: { version: rosters.newest.version, hash: rosters.newest.hash },
      ledger: { index: ledger.head.index, hash: ledger.head.hash, writable: ledger.writable },
      history: Object.fromEntries(datasets.map((dataset) => [datasetName(dataset), this.#sessionsOn(dataset)])),
      node: process.version,
    };
  }
}

/** How many questions wait for people. */
function waiting({ ledger }: Pick<Observed, "ledger">): number {
  return ledger.decisions.all().filter(({ state }) => state === "asked").length;
}

/** Puts a text in a file's place, so that a reader finds the old or the new one. */
async function whole(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.new`;
  try {
    await writeFile(draft, text, { mode });
    await rename(draft, path);
  } catch {
    // An agent goes on without; that the file is old says so.
  }
}
