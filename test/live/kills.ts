import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OUTCOMES, type QueryState } from "@tutti/protocol";
import { seeded } from "../world/seeded.ts";
import { COORDINATOR, ProcessNetwork, type Who } from "./process-network.ts";
import { liveCentres } from "./sandbox-folder.ts";
import { entriesIn, hasDoubled, type ReleasedPast, releasedPasts } from "./written-records.ts";

/** What a campaign of kills came to. */
export interface Killed {
  /** `kill -9`, halts, and connections broken or swallowed. */
  readonly kills: number;
  readonly halts: number;
  readonly cuts: number;
  /** By the stage at which it happened: the last event before it. */
  readonly stages: ReadonlyMap<string, number>;
  readonly outcomes: ReadonlyMap<string, number>;
  /** What must hold, and did not. */
  readonly violations: readonly string[];
}

const CENTRES = 5;
/** Queries of one network, so that its past stays short. */
const ROUNDS = 25;
const QUERY = { dataset: "live@3", purpose: "kills", measures: [{ id: "n", count: true }] };
const WHERE = [{}, { where: { variable: "sex", is: "F" } }, { where: { variable: "age", atLeast: 18 } }, { by: ["sex"] }];
/** Longer than any query may take. */
const ENDED_MS = 120_000;
/** Longer than a release takes to reach those who signed it. */
const TOLD_MS = 15_000;

/** Kills processes of networks at every stage of their sessions, as often as is asked for; the seed decides whom, when and how. */
export async function killCampaign(kills: number, seed: number, say: (line: string) => void): Promise<Killed> {
  const campaign = new Campaign(seed, say);
  for (let network = 0; campaign.harms < kills; network++) await campaign.network(kills, network);
  return campaign.came;
}

class Campaign {
  readonly #seed: number;
  readonly #say: (line: string) => void;
  readonly #below: (n: number) => number;
  readonly #stages = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  readonly #violations: string[] = [];
  #kills = 0;
  #halts = 0;
  #cuts = 0;

  constructor(seed: number, say: (line: string) => void) {
    this.#seed = seed;
    this.#say = say;
    const draw = seeded(seed, "kills");
    this.#below = (n) => new DataView(draw(4).buffer).getUint32(0) % n;
  }

  get harms(): number {
    return this.#kills + this.#halts + this.#cuts;
  }

  get came(): Killed {
    const [stages, outcomes, violations] = [this.#stages, this.#outcomes, this.#violations];
    return { kills: this.#kills, halts: this.#halts, cuts: this.#cuts, stages, outcomes, violations };
  }

  async network(most: number, number: number): Promise<void> {
    const network = await ProcessNetwork.start(liveCentres(CENTRES, 8, this.#seed + number));
    const told = new Map<string, string>();
    try {
      for (let round = 0; round < ROUNDS && this.harms < most; round++) {
        const query = { ...QUERY, ...WHERE[this.#below(WHERE.length)]!, purpose: `round ${round}` };
        const state = await this.#round(network, query);
        if (state !== null && state.release !== null) told.set(state.id, JSON.stringify(state.release));
        this.#say(`${this.harms} of ${most}: ${state?.state ?? "not asked"}`);
      }
      // Everything is up: one query more is answered, and all learn what they had missed.
      const last = await network.client.wait(await network.client.ask({ ...QUERY, purpose: "last" }), { timeoutMs: ENDED_MS });
      if (last.state !== "released") {
        await sleep(30_000);
        const again = await network.client.wait(await network.client.ask({ ...QUERY, purpose: "last" }), { timeoutMs: ENDED_MS });
        if (again.state !== "released") this.#violate(`a network that is whole again does not answer: ${again.state}, ${again.detail}`);
      }
      await this.#untilAllKnow(network);
      for (const [id, release] of told) {
        const state = await network.client.wait(id, { timeoutMs: ENDED_MS });
        if (JSON.stringify(state.release) !== release) this.#violate(`a release that was told is another now, or gone: ${state.state}`);
      }
    } finally {
      await network.stop();
    }
    this.#lookAt(network);
  }

  /** One query with one harm in it; null when it could not be asked. */
  async #round(network: ProcessNetwork, query: object): Promise<QueryState | null> {
    const victim: Who = this.#below(3) === 0 ? COORDINATOR : network.names[this.#below(network.names.length)]!;
    const how = ["kill", "kill", "kill", "halt", "cut"][this.#below(5)]!;
    // A query among five has some fifty events.
    const after = this.#below(50);
    const inBetweenMs = this.#below(30);
    let events = 0;
    let harm: Promise<void> | null = null;
    let stage = "asked";
    const begin = (): void => {
      harm ??= this.#harm(network, victim, how, inBetweenMs).then(() => this.#count(this.#stages, stage));
    };
    const id = await network.client.ask(query).catch(() => null);
    if (id === null) {
      await this.#mend(network);
      return null;
    }
    const timer = setTimeout(begin, 3_000);
    const onEvent = ({ what }: { readonly what: string }): void => {
      if (harm === null) stage = what;
      if (++events >= after) begin();
    };
    let state: QueryState | null = null;
    const untilMs = Date.now() + ENDED_MS;
    while (state === null && Date.now() < untilMs) {
      state = await network.client.wait(id, { timeoutMs: ENDED_MS, onEvent }).catch(() => null);
      if (state === null) await sleep(100);
    }
    clearTimeout(timer);
    begin();
    await harm;
    await this.#mend(network);
    if (state === null) this.#violate(`a query has no outcome after ${ENDED_MS} ms`);
    else if (!(OUTCOMES as readonly string[]).includes(state.state) || (state.state !== "released" && !/\w+ \w+/.test(state.detail ?? "")))
      this.#violate(`no named outcome: ${state.state}`);
    this.#count(this.#outcomes, state?.state ?? "none");
    return state;
  }

  async #harm(network: ProcessNetwork, victim: Who, how: string, inBetweenMs: number): Promise<void> {
    await sleep(inBetweenMs);
    if (how === "halt") {
      this.#halts++;
      return network.halt(victim, 200 + this.#below(5_000));
    }
    if (how === "cut" && victim !== COORDINATOR) {
      this.#cuts++;
      const proxy = network.proxies.get(victim)!;
      proxy.set({ kind: this.#below(2) === 0 ? "cut" : "swallow" });
      await sleep(200 + this.#below(5_000));
      return proxy.set({ kind: "pass", delayMs: 0 });
    }
    this.#kills++;
    await network.kill(victim);
    await sleep(this.#below(1_000));
    await this.#mend(network);
  }

  /** Starts what is not there: first the coordinator, without which no agent starts. */
  async #mend(network: ProcessNetwork): Promise<void> {
    for (const who of [COORDINATOR, ...network.names])
      if (!network.isRunning(who)) await network.run(who).catch((fault: Error) => this.#violate(fault.message));
  }

  /**
   * Waits until each centre knows what it signed. A researcher may have a release before its signers do: they are told once all signatures are in, and
   * one that was not there then is told with the next offer that it takes part in.
   */
  async #untilAllKnow(network: ProcessNetwork): Promise<void> {
    for (let offer = 0; offer < 3; offer++) {
      const untilMs = Date.now() + TOLD_MS;
      while (Date.now() < untilMs) {
        if (unknownTo(network).length === 0) return;
        await sleep(100);
      }
      await network.client.wait(await network.client.ask({ ...QUERY, purpose: `told ${offer}` }), { timeoutMs: ENDED_MS });
    }
  }

  /** What the processes have written, once all have ended. */
  #lookAt(network: ProcessNetwork): void {
    if (hasDoubled(releasedBy(network))) this.#violate("two releases of one offer");
    for (const name of network.names) {
      try {
        entriesIn(join(network.folder, name, "ledger"));
      } catch (fault) {
        this.#violate(`${name}: ${(fault as Error).message}`);
      }
    }
    for (const name of unknownTo(network)) this.#violate(`${name} does not know a release that it signed`);
  }

  /** Says at once what must not be: a campaign takes long. */
  #violate(what: string): void {
    this.#violations.push(what);
    this.#say(`violation: ${what}`);
  }

  #count(counts: Map<string, number>, what: string): void {
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
}

/** The sessions that the coordinator keeps and that were released. */
function releasedBy(network: ProcessNetwork): readonly ReleasedPast[] {
  const store = new DatabaseSync(join(network.folder, COORDINATOR, "store.sqlite"), { readOnly: true });
  const rows = store.prepare("SELECT item FROM past").all();
  store.close();
  return releasedPasts(rows);
}

/** For each release and each centre that signed it without knowing it as it is told now, the centre. */
function unknownTo(network: ProcessNetwork): string[] {
  const released = releasedBy(network).map(({ release }) => release);
  return network.names.flatMap((name) => {
    const history = readFileSync(join(network.folder, name, "ledger", "history.jsonl"), "utf8");
    return released
      .filter(({ payload, signatures }) => signatures.some(({ keyid }) => keyid === name) && !history.includes(payload))
      .map(() => name);
  });
}
