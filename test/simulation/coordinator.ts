import { createHash } from "node:crypto";
import {
  type App,
  createApp,
  type Clock,
  type Database,
  type Deadlines,
  type LogFields,
  Rosters,
  SqliteDatabase,
  Store,
} from "@tutti/coordinator";
import type { Dataset } from "@tutti/dataset";
import type { Policy } from "@tutti/disclosure";
import { type Identity, publicIdentity, type Sha256, type SignatureScheme, toUtf8 } from "@tutti/envelope";
import {
  enrolled,
  type HistoryItem,
  openHistoryItem,
  type PastSession,
  type PinnedRoster,
  removed,
  type Roster,
  ROSTER,
  type RosterChain,
  signMessage,
} from "@tutti/protocol";
import { identityOf } from "../world/centre.ts";
import { seeded } from "../world/seeded.ts";
import type { Life } from "./centre.ts";
import type { Faults } from "./faults.ts";
import { mortalDatabase } from "./mortal-database.ts";
import type { Of } from "./operation.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What a simulated coordinator is made of. */
export interface SimulatedCoordinatorSetting {
  readonly seed: number;
  readonly identity: Identity;
  readonly rosters: RosterChain;
  readonly dataset: Dataset;
  readonly policy: Policy;
  readonly deadlines: Deadlines;
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
  readonly clock: VirtualClock;
  readonly faults: Faults;
}

/** No limits: what they are for is tested where they are. */
const UNLIMITED = { perMinute: 1_000_000, burst: 1_000_000 };
const TOKEN = "token-of-a-researcher";

/** A real coordinator over an unreal network and clock; its database outlives it. */
export class SimulatedCoordinator {
  /** What its log said that is an error. */
  readonly errors: string[] = [];
  /** The offers under which sessions were formed: by the session's name. */
  readonly offers: Map<string, { readonly query: string; readonly offer: string }> = new Map();
  readonly #setting: SimulatedCoordinatorSetting;
  readonly #database: Database = new SqliteDatabase(":memory:");
  readonly #lastOffers = new Map<string, string>();
  /** All versions, as its operator has them. */
  #chain: RosterChain;
  #rosters: Rosters;
  #app: App | null = null;
  #life: Life = { number: 0, isOver: true };
  #connections = Promise.withResolvers<null>();

  constructor(setting: SimulatedCoordinatorSetting) {
    this.#setting = setting;
    this.#chain = setting.rosters;
    this.#rosters = new Rosters(setting.rosters);
  }

  /** Its present life, or the last. */
  get life(): Life {
    return this.#life;
  }

  /** All versions of the roster. */
  get chain(): RosterChain {
    return this.#chain;
  }

  start(): void {
    const { identity, policy, dataset, deadlines, scheme, sha256, clock, faults, seed } = this.#setting;
    const life = { number: this.#life.number + 1, isOver: false };
    this.#life = life;
    this.#connections = Promise.withResolvers();
    this.#rosters = new Rosters(this.#chain);
    // The timers of one that is dead do nothing.
    const ownClock: Clock = { nowMs: () => clock.nowMs(), after: (ms, run) => clock.after(ms, () => life.isOver || run()) };
    this.#app = createApp({
      identity,
      rosters: this.#rosters,
      policy,
      datasets: [dataset],
      deadlines,
      schedules: [],
      store: new Store(mortalDatabase(this.#database, life, faults, (killed) => this.kill(killed))),
      limits: { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED },
      trustedProxies: [],
      origins: [],
      tokens: [{ name: "ann", role: "researcher", hash: `sha256:${createHash("sha256").update(TOKEN).digest("hex")}` }],
      scheme,
      sha256,
      random: seeded(seed, `coordinator, life ${life.number}`),
      clock: ownClock,
      log: {
        info: (about, event) => this.#follow(about, event),
        warn: () => {},
        error: (about, event) => void this.errors.push(`${event} ${JSON.stringify(about)}`),
      },
    });
  }

  /** It dies, and starts again after a while. */
  kill({ downMs, silent }: Pick<Of<"killCoordinator">, "downMs" | "silent">): void {
    if (this.#life.isOver) return;
    this.#life.isOver = true;
    if (!silent) this.#connections.resolve(null);
    this.#setting.clock.after(downMs, () => {
      if (this.#life.isOver) this.start();
    });
  }

  async close(): Promise<void> {
    this.#life.isOver = true;
    await this.#database.close();
  }

  /** Its operator makes another version of the roster, and it takes it up, at once or when it starts. */
  changeRoster({ change, who }: Pick<Of<"changeRoster">, "change" | "who">): void {
    const { identity, scheme } = this.#setting;
    const next = this.#nextRoster(change, who);
    if (next === null) return;
    this.#chain = this.#chain.extended([signMessage(ROSTER, next, identity, scheme)], scheme);
    if (!this.#life.isOver) this.#rosters.take(this.#chain, scheme);
  }

  #nextRoster(change: "enrol" | "remove", who: string): Roster | null {
    const before: PinnedRoster = this.#chain.newest;
    const isIn = before.centres.some(({ name }) => name === who);
    if (change === "enrol") return isIn ? null : enrolled(before, publicIdentity(identityOf(who, 1)));
    return isIn ? removed(before, who) : null;
  }

  /** What it answers to a request; null when it dies before. */
  async request(method: string, target: string, headers: Readonly<Record<string, string>>, body?: Uint8Array): Promise<Response | null> {
    const life = this.#life;
    if (life.isOver) return null;
    const init = { method, headers, ...(body === undefined || method === "GET" ? {} : { body: body as Uint8Array<ArrayBuffer> }) };
    const reply = this.#app!.app.request(`http://coordinator${target}`, init, { incoming: { socket: { remoteAddress: "10.0.0.1" } } });
    const answer = await Promise.race([reply, this.#connections.promise]);
    return life.isOver ? null : answer;
  }

  /** What it answers to a researcher. */
  asked(method: string, target: string, body?: object): Promise<Response | null> {
    const bytes = body === undefined ? undefined : toUtf8(JSON.stringify(body));
    const length = bytes === undefined ? {} : { "content-length": String(bytes.length) };
    return this.request(method, target, { authorization: `Bearer ${TOKEN}`, ...length }, bytes);
  }

  /** What it keeps of past sessions: the item, and what it says. */
  async past(): Promise<readonly { readonly item: HistoryItem; readonly past: PastSession }[]> {
    const { dataset, scheme, sha256 } = this.#setting;
    const found = [];
    const check = { rosters: this.#chain, datasets: [dataset], scheme, sha256 };
    for await (const item of new Store(this.#database).history()) found.push({ item, past: openHistoryItem(item, check) });
    return found;
  }

  #follow({ query, offer, session }: LogFields, event: string): void {
    if (event === "offered") this.#lastOffers.set(query!, offer!);
    if (event === "formed") this.offers.set(session!, { query: query!, offer: this.#lastOffers.get(query!)! });
  }
}
