import { randomBytes } from "node:crypto";
import type { Dataset } from "@tutti/dataset";
import { DEFAULT_POLICY, type Policy } from "@tutti/disclosure";
import { createIdentity, type Envelope, type Identity, publicIdentity, signRequest, toUtf8 } from "@tutti/envelope";
import {
  type Accepted,
  CONSENT,
  type Decision,
  type Endpoint,
  ENDPOINTS,
  type LeftSession,
  firstRoster,
  Party,
  pathOf,
  REFUSAL,
  type PinnedRoster,
  type Problem,
  type QueryState,
  ROSTER,
  RosterChain,
  type Session,
  signMessage,
  History,
  type HistoryItem,
  openHistoryItem,
} from "@tutti/protocol";
import { GENESIS } from "@tutti/ledger";
import { layout, type Query } from "@tutti/query";
import { type App, createApp } from "./app.ts";
import type { CallOff, Clock } from "./clock.ts";
import { DEFAULT_DEADLINES } from "./deadlines.ts";
import { aead, scheme, sha256 } from "@tutti/platform";
import { DEFAULT_LIMITS, type Limits } from "./rate-limit.ts";
import type { Schedule } from "./schedule.ts";
import { Rosters } from "./rosters.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import { hashOf, type TokenEntry } from "./tokens.ts";

// A coordinator without a socket, with real parties and a clock that stands still. For tests only.

const label = { en: "x", fr: "x" };
export const DATASET: Dataset = {
  id: "small",
  version: 1,
  title: label,
  key: "id",
  variables: { sick: { type: "boolean", label, missing: [""], true: ["1"], false: ["0"] } },
};
export const QUERY: Query = { dataset: "small@1", purpose: "trial", measures: [{ id: "n", count: true }] };

/** A clock that moves when it is told to. */
export class TrialClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);
  #last = 0;
  readonly #timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): CallOff {
    const id = ++this.#last;
    this.#timers.set(id, { atMs: this.#nowMs + ms, run });
    return () => this.#timers.delete(id);
  }

  /** Lets time pass, and all that is due happen in its order. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      const [id, next] = [...this.#timers].toSorted(([, a], [, b]) => a.atMs - b.atMs)[0] ?? [0, null];
      if (next === null || next.atMs > untilMs) break;
      this.#timers.delete(id);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = untilMs;
    await settled();
  }
}

/** Waits until everything that needs no clock has happened. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise(setImmediate);
}

export interface TrialSetting {
  readonly centres?: readonly string[];
  readonly policies?: Readonly<Record<string, Partial<Policy>>>;
  readonly policy?: Partial<Policy>;
  readonly store?: Store;
  readonly schedules?: readonly Schedule[];
  readonly limits?: Limits;
}

/** Whoever has a token. */
export type Researcher = "ann" | "bob" | "elsewhere" | "looking" | "late" | "operator" | "auditor";
const TOKENS: Readonly<Record<Researcher, Omit<TokenEntry, "name" | "hash">>> = {
  ann: { role: "researcher" },
  bob: { role: "researcher" },
  /** For another dictionary than the one that is there. */
  elsewhere: { role: "researcher", datasets: ["iph"] },
  /** To look, not to ask. */
  looking: { role: "researcher", actions: ["state", "preview"] },
  late: { role: "researcher", expiresAtMs: Date.UTC(2026, 0, 2) },
  operator: { role: "coordinator" },
  auditor: { role: "auditor" },
};

/** A network of four centres that have five patients each. */
export class TrialNetwork {
  readonly clock: TrialClock = new TrialClock();
  app: App["app"];
  start: () => Promise<void>;
  close: () => Promise<void>;
  /** The coordinator on another store, with the same keys. */
  readonly open: (store: Store) => App;
  /** Settles when the coordinator is there again after a crash; null while nobody waits for that. */
  back: Promise<void> | null = null;
  readonly rosters: Rosters;
  readonly roster: PinnedRoster;
  readonly centres: readonly TrialCentre[];
  /** Its keys, from the next start on. */
  coordinator: Identity;
  /** What was logged, as text. */
  readonly logged: string[] = [];

  constructor({
    centres = ["a", "b", "c", "d"],
    policies = {},
    policy = {},
    store = new Store(new SqliteDatabase(":memory:")),
    schedules = [],
    limits = DEFAULT_LIMITS,
  }: TrialSetting = {}) {
    this.coordinator = createIdentity("coordinator", randomBytes);
    const identities = centres.map((name) => createIdentity(name, randomBytes));
    const rosterFile = signMessage(
      ROSTER,
      firstRoster({ network: "trial", coordinator: publicIdentity(this.coordinator), centres: identities.map(publicIdentity) }),
      this.coordinator,
      scheme,
    );
    this.rosters = new Rosters(RosterChain.open(rosterFile, scheme));
    this.roster = this.rosters.newest;
    const log = (about: object, message: string) => void this.logged.push(`${message} ${JSON.stringify(about)}`);
    this.open = (of) =>
      createApp({
        identity: this.coordinator,
        rosters: this.rosters,
        policy: { ...DEFAULT_POLICY, ...policy },
        datasets: [DATASET],
        deadlines: DEFAULT_DEADLINES,
        schedules,
        store: of,
        limits,
        trustedProxies: ["10.0.0.0/8"],
        origins: ["https://portal.example"],
        tokens: Object.entries(TOKENS).map(([name, entry]) => ({ ...entry, name, hash: hashOf(tokenOf(name as Researcher)) })),
        scheme,
        sha256,
        random: randomBytes,
        clock: this.clock,
        log: { info: log, warn: log, error: log },
      });
    const { app, start, close } = this.open(store);
    [this.app, this.start, this.close] = [app, start, close];
    this.centres = identities.map((identity) => new TrialCentre(identity, this, { ...DEFAULT_POLICY, ...policies[identity.name] }));
  }

  /** The coordinator again, with what its store holds. */
  async restart(store: Store): Promise<void> {
    const { app, start, close } = this.open(store);
    await start();
    [this.app, this.start, this.close] = [app, start, close];
  }

  /** Sends a request as it is, from an address if one is given. */
  send(
    method: string,
    target: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Uint8Array | string,
    from?: string,
  ): Promise<Response> {
    const bytes = typeof body === "string" ? toUtf8(body) : body;
    const length = bytes === undefined ? {} : { "content-length": String(bytes.length) };
    const init = { method, headers: { ...length, ...headers }, ...(bytes === undefined ? {} : { body: bytes as Uint8Array<ArrayBuffer> }) };
    return Promise.resolve(this.app.request(`http://coordinator${target}`, init, { incoming: { socket: { remoteAddress: from } } }));
  }

  /** Asks a query, and gives its id. */
  async ask(query: unknown = QUERY, by: Researcher = "ann"): Promise<string> {
    const response = await this.send("POST", pathOf(ENDPOINTS.ask), bearer(by), JSON.stringify(query));
    if (response.status !== 201) throw new Error(await response.text());
    return ((await response.json()) as { id: string }).id;
  }

  /** Where a query stands; waits when all of its events were seen. */
  async state(id: string, seen = 0, by: Researcher = "ann"): Promise<QueryState> {
    const answer = this.send("GET", `${pathOf(ENDPOINTS.state, { query: id })}?seen=${seen}`, bearer(by));
    await this.clock.advance(0);
    const response = await answer;
    if (response.status !== 200) throw new Error(await response.text());
    return (await response.json()) as QueryState;
  }
}

export function bearer(by: Researcher): Record<string, string> {
  return { authorization: `Bearer ${tokenOf(by)}` };
}

function tokenOf(name: Researcher): string {
  return `token-of-${name}`;
}

/** How far a centre takes part. */
export interface Course {
  /** Falls silent before this exchange. */
  readonly silentFrom?: number;
  /** The release that it hands in, made from its own. */
  readonly release?: (envelope: Envelope, centre: TrialCentre) => Envelope;
  /** Keeps its release to itself, and gives a way to hand it in later. */
  readonly later?: (handIn: () => Promise<Response>) => void;
}

/** One centre: a real party over unreal requests. */
export class TrialCentre {
  readonly identity: Identity;
  readonly party: Party;
  /** What its rules and its people say. */
  consent: Decision = "answer";
  beforeShares = false;
  readonly #network: TrialNetwork;
  readonly #history = new History();

  constructor(identity: Identity, network: TrialNetwork, policy: Policy) {
    this.identity = identity;
    this.#network = network;
    this.party = new Party({
      identity,
      roster: network.roster,
      policy,
      datasets: [DATASET],
      scheme,
      sha256,
      aead,
      random: randomBytes,
      history: this.#history,
      ledgerHead: () => GENESIS,
      answered: () => false,
      consent: () => this.consent,
      beforeShares: () => this.beforeShares,
    });
  }

  /** The headers that sign a request. */
  signed(method: string, target: string, body: Uint8Array, audience = "coordinator"): Record<string, string> {
    const nowSeconds = Math.floor(this.#network.clock.nowMs() / 1_000);
    const signing = { audience, nowSeconds, ttlSeconds: 60, nonce: randomBytes(16) };
    return { ...signRequest({ method, target, body }, this.identity, signing, scheme) };
  }

  /** Sends a signed request; once more after a crash, where that is awaited. */
  async send(
    endpoint: Pick<Endpoint, "method" | "path">,
    segments: Readonly<Record<string, string>>,
    body: Uint8Array | object,
  ): Promise<Response> {
    const target = pathOf(endpoint, segments);
    const bytes = body instanceof Uint8Array ? body : toUtf8(JSON.stringify(body));
    for (;;) {
      const { back } = this.#network;
      const response = await this.#network.send(endpoint.method, target, this.signed(endpoint.method, target, bytes), bytes);
      if (response.status !== 503 || back === null) return response;
      await back;
    }
  }

  /** Learns what past sessions have told. */
  async catchUp(): Promise<void> {
    const marks = this.#history.all().map(({ mark }) => mark);
    const response = await this.send(ENDPOINTS.history, {}, { dataset: QUERY.dataset, marks, records: [] });
    const { items } = (await response.json()) as { items: readonly HistoryItem[] };
    const check = { rosters: this.#network.rosters, datasets: [DATASET], scheme, sha256 };
    for (const item of items) this.#history.add(openHistoryItem(item, check));
  }

  /** Waits for offers. */
  async offers(): Promise<readonly Envelope[]> {
    const response = await this.send(ENDPOINTS.offers, {}, {});
    return ((await response.json()) as { offers: readonly Envelope[] }).offers;
  }

  /** Answers an offer: with yes where the party does, and gives what the coordinator says. */
  async answer(offer: Envelope): Promise<{ readonly response: Response; readonly accepted: Accepted | null }> {
    const { envelope, accepted, offerHash } = this.party.consider(offer, this.#network.clock.nowMs());
    const response = await this.send(ENDPOINTS.answer, { offer: offerHash.slice("sha256:".length) }, { answer: envelope });
    return { response, accepted };
  }

  /** Says of an offer that its people have agreed, or refuses it for them. */
  async decide(offerHash: string, decision: "given" | "denied"): Promise<Response> {
    const { name } = this.identity;
    const said = { centre: name, offer: offerHash };
    const envelope =
      decision === "given"
        ? signMessage(CONSENT, { ...said, consent: "given" }, this.identity, scheme)
        : signMessage(REFUSAL, { ...said, reason: "rule" }, this.identity, scheme);
    return this.send(ENDPOINTS.answer, { offer: offerHash.slice("sha256:".length) }, { answer: envelope });
  }

  /** Waits for an offer, says yes and joins the session. */
  async join(): Promise<Session> {
    return (await this.#accept()).join([]);
  }

  /** Waits for an offer and says yes; gives a way to join the session as it is formed at the moment. */
  async #accept(): Promise<{ readonly join: (left: readonly LeftSession[]) => Promise<Session> }> {
    const [offer] = await this.offers();
    const { envelope, accepted, offerHash } = this.party.consider(offer, this.#network.clock.nowMs());
    return {
      join: async (left) => {
        const response = await this.send(ENDPOINTS.answer, { offer: offerHash.slice("sha256:".length) }, { answer: envelope });
        if (response.status !== 200) throw new Error(await response.text());
        const { formation } = (await response.json()) as { formation: Envelope };
        const { narrow, wide } = layout(accepted!.plan);
        const contribution = { counts: new Uint32Array(narrow).fill(5), sums: new BigUint64Array(wide) };
        const numbers = { contribution, differences: new Uint32Array(0) };
        return this.party.join(accepted!, formation, numbers, this.#network.clock.nowMs(), left);
      },
    };
  }

  /** Takes part from the offer to the end; gives the last answer of the coordinator, or null when it fell silent. */
  async takePart(course: Course = {}): Promise<Response | null> {
    const { join } = await this.#accept();
    return this.#goOn(join, course);
  }

  /** Takes part in a session that it has joined, and that is not formed anew. */
  goOn(session: Session): Promise<Response | null> {
    return this.#goOn(() => Promise.resolve(session), {});
  }

  async #goOn(join: (left: readonly LeftSession[]) => Promise<Session>, course: Course): Promise<Response | null> {
    const left: LeftSession[] = [];
    let session = await join(left);
    let step = session.start();
    for (;;) {
      switch (step.kind) {
        case "record":
          step = session.recorded();
          break;
        case "exchange": {
          if (step.exchange >= (course.silentFrom ?? Infinity)) return null;
          const response = await this.send(ENDPOINTS.exchange, { session: session.name, exchange: String(step.exchange) }, step.bundle);
          if (response.status === 409 && ((await response.clone().json()) as Problem).type.endsWith("formed-anew")) {
            left.push(session.leave()!);
            session = await join(left);
            step = session.start();
            break;
          }
          if (response.status !== 200) return response;
          step = session.heard(new Uint8Array(await response.arrayBuffer()));
          break;
        }
        case "release": {
          const release = course.release?.(step.envelope, this) ?? step.envelope;
          const handIn = () => this.send(ENDPOINTS.release, { session: session.name }, { release });
          if (course.later === undefined) return handIn();
          course.later(handIn);
          return null;
        }
        case "stopped":
          return this.send(ENDPOINTS.stop, { session: session.name }, { stop: step.envelope });
      }
    }
  }
}
