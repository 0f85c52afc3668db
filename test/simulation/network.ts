import { createHash } from "node:crypto";
import type { Call, Caller, Reply } from "@tutti/agent";
import { type App, createApp, type Clock, type Database, DEFAULT_DEADLINES, Rosters, SqliteDatabase, Store } from "@tutti/coordinator";
import type { Dataset } from "@tutti/dataset";
import { DEFAULT_POLICY, type Policy } from "@tutti/disclosure";
import { type Identity, publicIdentity, toUtf8 } from "@tutti/envelope";
import {
  CLOCK_SKEW_MS,
  ENDPOINTS,
  firstRoster,
  History,
  type HistoryItem,
  openHistoryItem,
  pathOf,
  type PastSession,
  type PinnedRoster,
  type QueryState,
  RosterChain,
  ROSTER,
  signMessage,
  type StandingRules,
} from "@tutti/protocol";
import type { Query } from "@tutti/query";
import { dataset as small } from "@tutti/query/trial";
import type { Patient } from "@tutti/sql";
import { identityOf } from "../world/centre.ts";
import { seeded } from "../world/seeded.ts";
import { type Life, SimulatedCentre } from "./centre.ts";
import { Faults } from "./faults.ts";
import { Listener } from "./listener.ts";
import type { Writing } from "./memory-disk.ts";
import type { Operation } from "./operation.ts";
import { rememberedSignatures } from "./remembered-signatures.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** What a simulated network is made of. */
export interface NetworkSetting {
  readonly seed: number;
  /** The patients of each centre. */
  readonly centres: Readonly<Record<string, readonly Patient[]>>;
  readonly operations: readonly Operation[];
  /** Standing rules of single centres, where people decide. */
  readonly rules?: Readonly<Record<string, StandingRules>>;
  /** How long they have. */
  readonly decideMs?: number;
  /** The dictionary; a small one unless given. */
  readonly dataset?: Dataset;
  /** One way between a centre and the coordinator takes at least so long, and at most. */
  readonly latencyMs?: readonly [least: number, most: number];
}

/** No limits: what they are for is tested where they are. */
const UNLIMITED = { perMinute: 1_000_000, burst: 1_000_000 };
const scheme = rememberedSignatures();
const TOKEN = "token-of-a-researcher";
/** No answer to anything takes longer in a network that is whole. */
const RESET_MS = 200;
const POLL_MS = 100;
/** No answer to a researcher takes longer: none of them waits for anything. */
const ANSWER_MS = 5_000;

/** The network as it stands behind a client: real agents, a real coordinator, and nothing else that is real. */
export class SimulatedNetwork {
  readonly clock: VirtualClock = new VirtualClock();
  readonly centres: ReadonlyMap<string, SimulatedCentre>;
  readonly listener: Listener = new Listener();
  readonly policy: Policy = DEFAULT_POLICY;
  /** What the coordinator's log said that is an error. */
  readonly errors: string[] = [];
  readonly #setting: NetworkSetting;
  readonly #dataset: Dataset;
  readonly #identity: Identity;
  readonly #rosters: RosterChain;
  readonly #faults: Faults;
  readonly #database: Database = new SqliteDatabase(":memory:");
  readonly #jitter: (below: number) => number;
  /** Told of each bundle that a centre posts. */
  onPost: (centre: string, exchange: number) => void = () => {};
  #app: App | null = null;
  #life: Life = { number: 0, isOver: true };

  constructor(setting: NetworkSetting) {
    const { seed, centres, operations } = setting;
    this.#setting = setting;
    this.#dataset = setting.dataset ?? small;
    const names = Object.keys(centres);
    this.#identity = identityOf("coordinator", 1);
    const identities = names.map((name) => identityOf(name, 1));
    const value = firstRoster({
      network: "simulated",
      coordinator: publicIdentity(this.#identity),
      centres: identities.map(publicIdentity),
    });
    this.#rosters = RosterChain.open(signMessage(ROSTER, value, this.#identity, scheme), scheme);
    this.#faults = new Faults(operations);
    const draw = seeded(seed, "latency");
    this.#jitter = (below) => (below <= 0 ? 0 : new DataView(draw(4).buffer).getUint32(0) % below);
    this.centres = new Map(
      identities.map((identity) => [
        identity.name,
        new SimulatedCentre({
          identity,
          rosters: this.#rosters,
          dataset: this.#dataset,
          policy: this.policy,
          patients: centres[identity.name]!,
          seed,
          sha256: this.listener.sha256,
          scheme,
          clock: this.clock,
          skewMs: this.#faults.skewMs(identity.name),
          caller: (life) => this.#callerOf(identity.name, life),
          writing: (life) => this.#writingOf(identity.name, life),
          rules: setting.rules?.[identity.name],
        }),
      ]),
    );
  }

  /** Starts the coordinator and all agents. */
  async start(): Promise<void> {
    this.#startCoordinator();
    for (const centre of this.centres.values()) centre.start();
    for (const { centres, fromMs, forMs } of this.#faults.partitions) {
      this.clock.after(fromMs, () => centres.forEach((centre) => this.#faults.part(centre)));
      this.clock.after(fromMs + forMs, () => centres.forEach((centre) => this.#faults.join(centre)));
    }
    await this.clock.run(() => false, 500);
  }

  /** Asks a query and waits until it has ended, at most so long of the network's time; null when it has not. */
  async ask(query: Query, atMostMs: number): Promise<QueryState | null> {
    const untilMs = this.clock.nowMs() + atMostMs;
    let ended: QueryState | null = null;
    let isOver = false;
    void (async () => {
      let id: string | null = null;
      while (ended === null && this.clock.nowMs() < untilMs) {
        if (id === null) id = ((await this.#research("POST", pathOf(ENDPOINTS.ask), query)) as { id?: string } | null)?.id ?? null;
        else {
          const state = (await this.#research("GET", pathOf(ENDPOINTS.state, { query: id }))) as QueryState | null;
          if (state !== null && state.state !== "open") ended = state;
        }
        if (ended === null) await this.clock.sleep(POLL_MS);
      }
      isOver = true;
    })();
    await this.clock.run(() => isOver, atMostMs + 10_000);
    return ended;
  }

  /** The faults are over: everything is up, and what was parted is together again. */
  heal(): void {
    this.#faults.end();
    for (const centre of this.centres.values()) if (!centre.isUp) centre.start();
    if (this.#life.isOver) this.#startCoordinator();
  }

  get roster(): PinnedRoster {
    return this.#rosters.newest;
  }

  /** How often each kind of operation came to act. */
  get acted(): ReadonlyMap<Operation["op"], number> {
    return this.#faults.acted;
  }

  /** Whether a query would be answered when nothing goes wrong: enough centres have clocks that are right enough. */
  get expectsAnswers(): boolean {
    const right = [...this.centres.keys()].filter((name) => Math.abs(this.#faults.skewMs(name)) <= CLOCK_SKEW_MS);
    return right.length >= this.policy.minimumCentres;
  }

  /** Ends all agents in order; whether they have ended. */
  async end(): Promise<boolean> {
    const ended = Promise.all([...this.centres.values()].map((centre) => centre.end()));
    let isOver = false;
    void ended.then(() => (isOver = true));
    const done = await this.clock.run(() => isOver, 60_000);
    this.#life.isOver = true;
    await this.#database.close();
    return done;
  }

  /** What the coordinator keeps of past sessions: the item, and what it says. */
  async past(): Promise<readonly { readonly item: HistoryItem; readonly past: PastSession }[]> {
    const found = [];
    const check = { rosters: this.#rosters, datasets: [this.#dataset], scheme, sha256: this.listener.sha256 };
    for await (const item of new Store(this.#database).history()) found.push({ item, past: openHistoryItem(item, check) });
    return found;
  }

  /** What all must agree on, as the coordinator has it. */
  async history(): Promise<History> {
    const history = new History();
    for (const { item, past } of await this.past()) history.add(past, item);
    return history;
  }

  #startCoordinator(): void {
    const life = { number: this.#life.number + 1, isOver: false };
    this.#life = life;
    const { clock } = this;
    // The timers of one that is dead do nothing.
    const ownClock: Clock = { nowMs: () => clock.nowMs(), after: (ms, run) => clock.after(ms, () => life.isOver || run()) };
    const log = {
      info: () => {},
      warn: () => {},
      error: (about: object, event: string) => void this.errors.push(`${event} ${JSON.stringify(about)}`),
    };
    this.#app = createApp({
      identity: this.#identity,
      rosters: new Rosters(this.#rosters),
      policy: this.policy,
      datasets: [this.#dataset],
      deadlines: { ...DEFAULT_DEADLINES, decideMs: this.#setting.decideMs ?? DEFAULT_DEADLINES.decideMs },
      schedules: [],
      store: new Store(this.#databaseOf(life)),
      limits: { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED },
      trustedProxies: [],
      origins: [],
      tokens: [{ name: "ann", role: "researcher", hash: `sha256:${createHash("sha256").update(TOKEN).digest("hex")}` }],
      scheme,
      sha256: this.listener.sha256,
      random: seeded(this.#setting.seed, `coordinator, life ${life.number}`),
      clock: ownClock,
      log,
    });
  }

  #databaseOf(life: Life): Database {
    const database = this.#database;
    const never = <T>(): Promise<T> => new Promise(() => {});
    const dies = (): boolean => {
      const downMs = life.isOver ? null : this.#faults.storeWrites();
      if (downMs !== null) this.#killCoordinator(downMs);
      return life.isOver;
    };
    return {
      rows: (sql, ...values) => {
        if (life.isOver || (!/^\s*SELECT/i.test(sql) && dies())) return never();
        return database.rows(sql, ...values);
      },
      write: (...statements) => (dies() ? never() : database.write(...statements)),
      close: async () => {},
    };
  }

  #killCoordinator(downMs: number): void {
    if (this.#life.isOver) return;
    this.#life.isOver = true;
    this.clock.after(downMs, () => {
      if (this.#life.isOver) this.#startCoordinator();
    });
  }

  #killAgent(name: string, downMs: number): void {
    const centre = this.centres.get(name)!;
    if (!centre.isUp) return;
    centre.kill();
    this.clock.after(downMs, () => centre.isUp || centre.start());
  }

  #writingOf(centre: string, life: Life): Writing {
    const never = (): Promise<never> => new Promise(() => {});
    return async (kind) => {
      if (life.isOver) return never();
      const fault = this.#faults.writes(centre, kind);
      if (fault === "full") throw new Error("the disk is full");
      if (fault !== null && !fault.done) {
        this.#killAgent(centre, fault.downMs);
        return never();
      }
      return async () => {
        if (fault === null) return;
        this.#killAgent(centre, fault.downMs);
        return never();
      };
    };
  }

  #latency(): Promise<void> {
    const [least, most] = this.#setting.latencyMs ?? [1, 20];
    return this.clock.sleep(least + this.#jitter(most - least + 1));
  }

  /** A centre's way to the coordinator, through all that goes wrong on it. */
  #callerOf(centre: string, life: Life): Caller {
    const send = async (call: Call): Promise<Reply> => {
      const fault = this.#faults.request(centre, call.target);
      if (fault.killAgentMs !== null) this.#killAgent(centre, fault.killAgentMs);
      if (life.isOver) return new Promise(() => {});
      await this.#latency();
      if (fault.delayMs > 0) await this.clock.sleep(fault.delayMs);
      if (fault.killCoordinatorMs !== null) this.#killCoordinator(fault.killCoordinatorMs);
      const coordinator = this.#life;
      if (fault.dropRequest || coordinator.isOver || this.#faults.isParted(centre)) return this.#reset();
      let body: Uint8Array = this.#faults.altered(centre, call, this.listener);
      if (fault.corruptRequest) body = corrupted(body);
      if (call.target.includes("/exchanges/")) {
        this.listener.posted(body);
        this.onPost(centre, Number(call.target.split("/").at(-1)));
      }
      const ask = () => this.#request(call.method, call.target, { ...call.headers, "content-length": String(body.length) }, body);
      const [reply] = await Promise.all(fault.double ? [ask(), ask()] : [ask()]);
      if (coordinator.isOver) return this.#reset();
      const told = new Uint8Array(await reply!.arrayBuffer());
      await this.#latency();
      if (fault.dropReply || this.#faults.isParted(centre)) return this.#reset();
      const delivered = this.#faults.delivered(centre, call, told, [...this.centres.keys()]);
      return {
        status: reply!.status,
        retryAfterMs: 0,
        dateMs: this.clock.nowMs(),
        body: fault.corruptReply ? corrupted(delivered) : delivered,
      };
    };
    return {
      call: (call, sent) => {
        sent?.();
        return new Promise<Reply>((resolve, reject) => {
          const callOff = this.clock.after(call.timeoutMs, () => life.isOver || reject(new Error("no answer in time")));
          const settle = (settled: () => void): void => {
            callOff();
            if (!life.isOver) settled();
          };
          send(call).then(
            (reply) => settle(() => resolve(reply)),
            (error: unknown) => settle(() => reject(error)),
          );
        });
      },
    };
  }

  async #reset(): Promise<never> {
    await this.clock.sleep(RESET_MS);
    throw Object.assign(new Error("the connection was reset"), { code: "ECONNRESET" });
  }

  async #research(method: "GET" | "POST", target: string, body?: object): Promise<unknown> {
    const coordinator = this.#life;
    if (coordinator.isOver) return null;
    const bytes = body === undefined ? undefined : toUtf8(JSON.stringify(body));
    const headers = { authorization: `Bearer ${TOKEN}`, ...(bytes === undefined ? {} : { "content-length": String(bytes.length) }) };
    // One that dies while it is asked never answers.
    const reply = await Promise.race([this.#request(method, target, headers, bytes), this.clock.sleep(ANSWER_MS).then(() => null)]);
    if (reply === null || coordinator.isOver || reply.status >= 300) return null;
    return reply.json();
  }

  #request(method: string, target: string, headers: Readonly<Record<string, string>>, body?: Uint8Array): Promise<Response> {
    const init = { method, headers, ...(body === undefined || method === "GET" ? {} : { body: body as Uint8Array<ArrayBuffer> }) };
    return Promise.resolve(
      this.#app!.app.request(`http://coordinator${target}`, init, { incoming: { socket: { remoteAddress: "10.0.0.1" } } }),
    );
  }
}

function corrupted(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const altered = bytes.slice();
  altered[Math.floor(bytes.length / 2)]! ^= 4;
  return altered;
}
