import { DEFAULT_DEADLINES } from "@tutti/coordinator";
import type { Dataset } from "@tutti/dataset";
import { DEFAULT_POLICY, type Policy } from "@tutti/disclosure";
import { publicIdentity } from "@tutti/envelope";
import {
  CLOCK_SKEW_MS,
  firstRoster,
  type HistoryItem,
  type PastSession,
  type QueryState,
  RosterChain,
  ROSTER,
  signMessage,
  type StandingRules,
} from "@tutti/protocol";
import type { Query } from "@tutti/query";
import { dataset as small } from "@tutti/query/trial";
import { schemeFor } from "@tutti/sharing";
import type { Patient } from "@tutti/sql";
import { identityOf } from "../world/centre.ts";
import { seeded } from "../world/seeded.ts";
import { type Life, SimulatedCentre } from "./centre.ts";
import { SimulatedCoordinator } from "./coordinator.ts";
import { Deliveries } from "./deliveries.ts";
import { Faults } from "./faults.ts";
import { lyingBundle } from "./lie.ts";
import { Listener } from "./listener.ts";
import type { Writing } from "./memory-disk.ts";
import type { Operation } from "./operation.ts";
import { People, rulesFor } from "./people.ts";
import { rememberedSignatures } from "./remembered-signatures.ts";
import { Researcher } from "./researcher.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { Wire } from "./wire.ts";

/** What a simulated network is made of. */
export interface NetworkSetting {
  readonly seed: number;
  /** The patients of each centre. */
  readonly centres: Readonly<Record<string, readonly Patient[]>>;
  readonly operations: readonly Operation[];
  /** Standing rules of single centres, where people decide. */
  readonly rules?: Readonly<Record<string, StandingRules>>;
  /** How long they have to decide whether a query runs, and whether shares leave. */
  readonly decideMs?: number;
  readonly sharesMs?: number;
  /** The dictionary; a small one unless given. */
  readonly dataset?: Dataset;
  /** One way between a centre and the coordinator takes at least so long, and at most. */
  readonly latencyMs?: readonly [least: number, most: number];
}

const scheme = rememberedSignatures();

/** The network as it stands behind a client: real agents, a real coordinator, and nothing else that is real. */
export class SimulatedNetwork {
  readonly clock: VirtualClock = new VirtualClock();
  readonly policy: Policy = DEFAULT_POLICY;
  readonly centres: ReadonlyMap<string, SimulatedCentre>;
  readonly coordinator: SimulatedCoordinator;
  readonly people: People;
  /** What whoever hears all could work out. */
  readonly listener: Listener = new Listener();
  readonly deliveries: Deliveries = new Deliveries();
  /** Told of each bundle that a centre posts. */
  onPost: (centre: string, exchange: number) => void = () => {};
  readonly #faults: Faults;
  readonly #researcher: Researcher;
  readonly #wire: Wire;

  constructor(setting: NetworkSetting) {
    const {
      seed,
      centres,
      operations,
      dataset = small,
      decideMs = DEFAULT_DEADLINES.decideMs,
      sharesMs = DEFAULT_DEADLINES.sharesMs,
    } = setting;
    const { clock, policy, listener } = this;
    const { sha256 } = listener;
    const faults = new Faults(operations);
    this.#faults = faults;
    const identity = identityOf("coordinator", 1);
    const names = Object.keys(centres);
    const identities = names.map((name) => identityOf(name, 1));
    const first = firstRoster({ network: "simulated", coordinator: publicIdentity(identity), centres: identities.map(publicIdentity) });
    const rosters = RosterChain.open(signMessage(ROSTER, first, identity, scheme), scheme);
    const common = { seed, rosters, dataset, policy, scheme, sha256, clock };
    const deadlines = { ...DEFAULT_DEADLINES, decideMs, sharesMs };
    this.coordinator = new SimulatedCoordinator({ ...common, identity, deadlines, faults });
    this.#researcher = new Researcher(this.coordinator, clock);
    const killAgent = (name: string, downMs: number) => this.#killAgent(name, downMs);
    this.people = new People({ clock, faults, coordinator: this.coordinator, killAgent });
    this.#wire = new Wire({
      clock,
      faults,
      coordinator: this.coordinator,
      centres: names,
      latencyMs: latency(seed, setting.latencyMs ?? [1, 20]),
      killAgent,
      stopAgent: (name, forMs) => this.people.stop(name, forMs),
      changeRoster: (change) => this.people.changeRoster(change),
      onSend: (name, session, exchange) => this.people.sent(name, session, exchange),
      onPost: (name, exchange, body) => {
        listener.posted(body);
        this.onPost(name, exchange);
      },
      onDelivery: (name, body) => this.deliveries.given(name, body),
    });
    const followsRosters = faults.of("changeRoster").length > 0;
    this.centres = new Map(
      identities.map((own) => {
        const { name } = own;
        const centre = new SimulatedCentre({
          ...common,
          identity: own,
          patients: centres[name]!,
          skewMs: faults.skewMs(name),
          caller: (life) => this.#wire.callerOf(name, life),
          writing: (life) => this.#writingOf(name, life),
          lie: (exchange, bundle) => faults.said(name, exchange, bundle, (honest) => lyingBundle(honest, listener)),
          rules: rulesFor(name, faults) ?? setting.rules?.[name],
          followsRosters,
        });
        if (followsRosters || rulesFor(name, faults) !== undefined) this.people.attend(centre);
        return [name, centre];
      }),
    );
  }

  /** Starts the coordinator and all agents. */
  async start(): Promise<void> {
    this.coordinator.start();
    for (const centre of this.centres.values()) centre.start();
    for (const { centres, fromMs, forMs } of this.#faults.of("partition")) {
      this.clock.after(fromMs, () => centres.forEach((centre) => this.#faults.part(centre)));
      this.clock.after(fromMs + forMs, () => centres.forEach((centre) => this.#faults.join(centre)));
    }
    await this.clock.run(() => false, 500);
  }

  /** Asks a query and waits until it has ended, at most so long of the network's time; null when it has not. */
  async ask(query: Query, atMostMs: number): Promise<QueryState | null> {
    const asked: { state?: QueryState | null } = {};
    void (async () => (asked.state = await this.#researcher.ask(query, atMostMs)))();
    await this.clock.run(() => asked.state !== undefined, atMostMs + 10_000);
    return asked.state ?? null;
  }

  /** The faults are over: everything is up, and what was parted is together again. */
  heal(): void {
    this.#faults.end();
    for (const centre of this.centres.values()) if (!centre.isUp) centre.start();
    if (this.coordinator.life.isOver) this.coordinator.start();
    this.people.heal();
  }

  /** All versions of the roster. */
  get rosters(): RosterChain {
    return this.coordinator.chain;
  }

  /** Whether all that is promised of a session holds: no more lied in it than are promised to be seen. */
  isPromised(session: string, participants: number): boolean {
    const { degree, strength } = schemeFor(participants);
    return this.#faults.liarsIn(session).size <= (strength === "passive" ? 0 : degree);
  }

  /** How often each kind of operation came to act. */
  get acted(): ReadonlyMap<Operation["op"], number> {
    return this.#faults.acted;
  }

  /** Whether a query would be answered when nothing goes wrong: enough centres have clocks that are right enough. */
  get expectsAnswers(): boolean {
    const right = [...this.centres.keys()].filter(
      (name) => this.rosters.newest.centreKeys.has(name) && Math.abs(this.#faults.skewMs(name)) <= CLOCK_SKEW_MS,
    );
    return right.length >= this.policy.minimumCentres;
  }

  /** What the coordinator keeps of past sessions. */
  past(): Promise<readonly { readonly item: HistoryItem; readonly past: PastSession }[]> {
    return this.coordinator.past();
  }

  /** Ends all agents in order; whether they have ended. */
  async end(): Promise<boolean> {
    const ended = Promise.all([...this.centres.values()].map((centre) => centre.end()));
    let isOver = false;
    void ended.then(() => (isOver = true));
    const done = await this.clock.run(() => isOver, 60_000);
    await this.coordinator.close();
    return done;
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
}

/** How long one way takes, drawn anew each time. */
function latency(seed: number, [least, most]: readonly [least: number, most: number]): () => number {
  const draw = seeded(seed, "latency");
  return () => least + (most === least ? 0 : new DataView(draw(4).buffer).getUint32(0) % (most - least + 1));
}
