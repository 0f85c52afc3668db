import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "@tutti/client";
import type { Release } from "@tutti/disclosure";
import { fromBase64, fromUtf8 } from "@tutti/envelope";
import type { QueryState } from "@tutti/protocol";
import { type Running, startTutti } from "./command.ts";

/** A sandbox whose network stays up: real processes, which a test can stop and kill. */
export class LiveNetwork {
  readonly url: string;
  readonly token: string;
  /** The path of roster.json. */
  readonly roster: string;
  readonly #command: Running;
  readonly #client: Client;

  private constructor(command: Running, url: string, token: string, roster: string) {
    this.#command = command;
    this.url = url;
    this.token = token;
    this.roster = roster;
    this.#client = createClient({
      url,
      token,
      fetch: (address, { method, headers, body = null }) => fetch(address, { method, headers, body }),
      nowMs: Date.now,
      sleep: (ms) => sleep(ms),
    });
  }

  /** The process of the command, whose children are the network. */
  get pid(): number {
    return this.#command.child.pid!;
  }

  /** Starts `tutti sandbox` on a folder and waits until it is up. */
  static async start(folder: string, ...options: readonly string[]): Promise<LiveNetwork> {
    const command = startTutti("sandbox", folder, ...options);
    let over = false;
    void command.ended.then(() => (over = true));
    for (;;) {
      const up = /network is up at (\S+)\nToken of a researcher: (\S+)\nRoster: (\S+)/.exec(command.stderr());
      if (up !== null) return new LiveNetwork(command, up[1]!, up[2]!, up[3]!);
      if (over) throw new Error(`the sandbox did not come up:\n${command.stderr()}`);
      await sleep(20);
    }
  }

  /** Asks a query, and waits until it has ended; `onEvent` may do harm in between. */
  async ask(query: unknown, onEvent?: (what: string) => void): Promise<QueryState> {
    const id = await this.#client.ask(query);
    return this.#client.wait(id, { timeoutMs: 60_000, onEvent: ({ what }) => onEvent?.(what) });
  }

  /** The process of each agent, by its centre. */
  agents(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      try {
        const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
        const config = readFileSync(`/proc/${pid}/cmdline`, "utf8")
          .split("\0")
          .find((argument) => argument.endsWith("/agent.json"));
        if (parent !== this.#command.child.pid || config === undefined) continue;
        const { centre } = JSON.parse(readFileSync(config, "utf8")) as { centre: string };
        found.set(centre, Number(pid));
      } catch {
        // A process that has ended meanwhile.
      }
    return found;
  }

  signal(centre: string, signal: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void {
    process.kill(this.agents().get(centre)!, signal);
  }

  async stop(): Promise<void> {
    this.#command.child.kill("SIGTERM");
    await this.#command.ended;
  }
}

/** What a released query's signed payload says. */
export function releaseOf({ release }: Pick<QueryState, "release">): Release {
  return JSON.parse(fromUtf8(fromBase64(release!.payload))) as Release;
}
