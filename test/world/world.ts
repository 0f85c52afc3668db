import { type Dataset, datasetName } from "@tutti/dataset";
import { DEFAULT_POLICY, type Policy, type Release, type Standing } from "@tutti/disclosure";
import { contentHash, createIdentity, type Envelope, type Identity, publicIdentity, toHex } from "@tutti/envelope";
import type { Contribution, Query } from "@tutti/query";
import {
  ACCEPTANCE,
  type Accepted,
  type Bundle,
  decodeBundle,
  encodeDelivery,
  EpochKeys,
  FORMATION,
  OFFER,
  type Offer,
  openMessage,
  openRoster,
  participate,
  Party,
  type PinnedRoster,
  RESULT_EXCHANGE,
  ROSTER,
  type Session,
  SessionStop,
  signMessage,
  type Step,
} from "@tutti/protocol";
import { interpret, type Patient } from "@tutti/sql";
import { type Lie, Liar } from "./liar.ts";
import { scheme, sha256 } from "./platform.ts";
import { seeded } from "./seeded.ts";

/** A network in one process: real parties, a fake clock, seeded randomness, and a coordinator that does what it is told. */
export interface WorldSetting {
  readonly dataset: Dataset;
  /** The patients of each centre. */
  readonly centres: Readonly<Record<string, readonly Patient[]>>;
  readonly seed: number;
  readonly policy?: Partial<Policy>;
  /** Stricter policies of single centres. */
  readonly policies?: Readonly<Record<string, Partial<Policy>>>;
}

/** What a coordinator, or a centre, may do wrong. Each gets what an honest one would do, and gives what is done instead. */
export interface Mischief {
  /** The offer as shown to one centre. */
  offer?(offer: Offer, centre: string): Offer;
  /** The acceptances as shown to one centre; also which of them count. */
  acceptances?(acceptances: readonly Envelope[], centre: string): readonly Envelope[];
  /** The bytes that one centre posts; null: it falls silent. */
  post?(bytes: Uint8Array, centre: string, exchange: number): Uint8Array | null;
  /** The bytes that are delivered to one centre. */
  deliver?(bytes: Uint8Array, centre: string, exchange: number, bundles: readonly (Bundle | null)[]): Uint8Array;
  /** The lies that one centre tells inside of its sealed mail; null: it is honest. */
  lie?(centre: string): Lie | null;
  /** True: this centre can't write its ledger. */
  ledgerFull?(centre: string): boolean;
}

/** How a query went. */
export interface Ended {
  /** The release of each centre that got so far. */
  readonly releases: ReadonlyMap<string, Release>;
  /** Why each other one stopped. */
  readonly stops: ReadonlyMap<string, SessionStop>;
  readonly refusals: ReadonlyMap<string, string>;
  readonly exchanges: number;
  /** Every byte that the coordinator saw, in order. */
  readonly seen: readonly Uint8Array[];
  /** What each centre wrote down before it revealed anything. */
  readonly records: ReadonlyMap<string, readonly Standing[] | null>;
}

/** One network. */
export class World {
  readonly roster: PinnedRoster;
  readonly coordinator: Identity;
  readonly names: readonly string[];
  nowMs: number = Date.UTC(2026, 0, 1);
  readonly #setting: WorldSetting;
  readonly #parties: ReadonlyMap<string, Party>;
  readonly #answered = new Map<string, Set<string>>();
  #asked = 0;

  constructor(setting: WorldSetting) {
    this.#setting = setting;
    this.names = Object.keys(setting.centres);
    const identity = (name: string): Identity => createIdentity(name, seeded(setting.seed, `identity ${name}`));
    this.coordinator = identity("coordinator");
    const identities = this.names.map(identity);
    const roster = { network: "world", coordinator: publicIdentity(this.coordinator), centres: identities.map(publicIdentity) };
    this.roster = openRoster(signMessage(ROSTER, roster, this.coordinator, scheme), scheme);
    this.#parties = new Map(
      identities.map((own) => {
        const answered = new Set<string>();
        this.#answered.set(own.name, answered);
        return [
          own.name,
          new Party({
            identity: own,
            roster: this.roster,
            policy: { ...DEFAULT_POLICY, ...setting.policy, ...setting.policies?.[own.name] },
            datasets: [setting.dataset],
            scheme,
            sha256,
            random: seeded(setting.seed, `party ${own.name}`),
            answered: (offer) => answered.has(offer),
          }),
        ];
      }),
    );
  }

  /** The offer of a query, as an honest coordinator makes it. */
  offerOf(query: Query): Offer {
    return {
      network: "world",
      id: toHex(seeded(this.#setting.seed, `offer ${this.#asked++}`)(16)),
      query,
      dataset: contentHash(this.#setting.dataset),
      roster: this.roster.hash,
      requester: "researcher",
      policy: { ...DEFAULT_POLICY, ...this.#setting.policy },
      invited: this.names,
      issuedAtMs: this.nowMs,
      expiresAtMs: this.nowMs + 60_000,
      answerMs: 5_000,
      exchangeMs: 5_000,
    };
  }

  /** Asks everything of the cohort that the dataset's name stands for. */
  query(measures: Query["measures"], rest: Partial<Query> = {}): Query {
    return { dataset: datasetName(this.#setting.dataset), purpose: "", measures, ...rest };
  }

  #liar(accepted: Accepted, formation: Envelope, contribution: Contribution, lie: Lie): Liar {
    const { centre } = accepted.acceptance;
    const identity = createIdentity(centre, seeded(this.#setting.seed, `identity ${centre}`));
    const random = seeded(this.#setting.seed, `liar ${centre}`);
    const check = { roster: this.roster, epochKeys: new EpochKeys(identity, scheme, random), scheme, sha256, nowMs: this.nowMs };
    return new Liar(participate(accepted, formation, check), contribution, random, lie);
  }

  /** Runs one query to its end. */
  ask(query: Query, mischief: Mischief = {}, offer: Offer = this.offerOf(query)): Ended {
    const run = new Run(mischief);
    const accepted = new Map<string, Accepted>();
    const acceptances: Envelope[] = [];
    for (const [centre, party] of this.#parties) {
      const shown = run.see(signMessage(OFFER, mischief.offer?.(offer, centre) ?? offer, this.coordinator, scheme));
      const answer = party.consider(shown, this.nowMs);
      this.#answered.get(centre)!.add(answer.offerHash);
      run.see(answer.envelope);
      if (answer.accepted === null) run.refusals.set(centre, answer.reason!);
      else {
        accepted.set(centre, answer.accepted);
        acceptances.push(answer.envelope);
      }
    }
    const hash = contentHash(offer);
    for (const [centre, yes] of accepted) {
      const shown = mischief.acceptances?.(acceptances, centre) ?? acceptances;
      const formation = signMessage(FORMATION, { offer: hash, acceptances: shown }, this.coordinator, scheme);
      const contribution = interpret(yes.plan, this.#setting.dataset, this.#setting.centres[centre]!);
      const lie = mischief.lie?.(centre) ?? null;
      run.join(centre, () =>
        lie === null
          ? this.#parties.get(centre)!.join(yes, formation, contribution, this.nowMs)
          : this.#liar(yes, formation, contribution, lie),
      );
    }
    const order = acceptances.map((envelope) => openMessage(ACCEPTANCE, envelope, this.roster.centreKeys, scheme).by);
    return run.toEnd(order);
  }
}

/** One query on its way. */
class Run {
  readonly refusals = new Map<string, string>();
  readonly #mischief: Mischief;
  readonly #sessions = new Map<string, Session | Liar>();
  readonly #steps = new Map<string, Step>();
  readonly #stops = new Map<string, SessionStop>();
  readonly #releases = new Map<string, Release>();
  readonly #records = new Map<string, readonly Standing[] | null>();
  readonly #seen: Uint8Array[] = [];
  #exchanges = 0;

  constructor(mischief: Mischief) {
    this.#mischief = mischief;
  }

  see(envelope: Envelope): Envelope {
    this.#seen.push(new TextEncoder().encode(JSON.stringify(envelope)));
    return envelope;
  }

  join(centre: string, join: () => Session | Liar): void {
    try {
      const session = join();
      this.#sessions.set(centre, session);
      this.#settle(centre, session.start());
    } catch (fault) {
      if (!(fault instanceof SessionStop)) throw fault;
      this.#stops.set(centre, fault);
    }
  }

  /** Relays exchange by exchange; the first stop ends it for all, as the coordinator's answer would. */
  toEnd(order: readonly string[]): Ended {
    const gone = new Set<string>();
    while (this.#steps.size > 0 && this.#stops.size === 0) {
      const waiting = [...this.#steps].flatMap(([centre, step]) =>
        step.kind === "exchange" && !gone.has(centre) ? [{ centre, step }] : [],
      );
      if (waiting.length === 0) break;
      const exchange = Math.min(...waiting.map(({ step }) => step.exchange));
      const now = waiting.filter(({ step }) => step.exchange === exchange);
      if (exchange !== RESULT_EXCHANGE) this.#exchanges++;
      const posted = new Map<string, Bundle>();
      for (const { centre, step } of now) {
        const bytes = this.#mischief.post === undefined ? step.bundle : this.#mischief.post(step.bundle, centre, exchange);
        if (bytes === null) {
          gone.add(centre);
          this.#steps.delete(centre);
          continue;
        }
        this.#seen.push(bytes);
        posted.set(centre, decodeBundle(bytes, order.length));
      }
      const bundles = order.map((centre) => posted.get(centre) ?? null);
      for (const { centre } of now) {
        if (gone.has(centre)) continue;
        const honest = encodeDelivery(bundles, order.indexOf(centre));
        const delivery = this.#mischief.deliver?.(honest, centre, exchange, bundles) ?? honest;
        this.#settle(centre, this.#sessions.get(centre)!.heard(delivery));
      }
    }
    for (const centre of gone) this.#stops.set(centre, new SessionStop("late", "it fell silent"));
    for (const centre of this.#steps.keys()) this.#stops.set(centre, new SessionStop("ended", "another participant stopped"));
    return {
      releases: this.#releases,
      stops: this.#stops,
      refusals: this.refusals,
      exchanges: this.#exchanges,
      seen: this.#seen,
      records: this.#records,
    };
  }

  #settle(centre: string, step: Step): void {
    const session = this.#sessions.get(centre)!;
    switch (step.kind) {
      case "exchange":
        this.#steps.set(centre, step);
        return;
      case "record":
        if (this.#mischief.ledgerFull?.(centre))
          return this.#settle(centre, session.stop(new SessionStop("ledger", "the ledger can't be written")));
        this.#records.set(centre, step.standing);
        return this.#settle(centre, session.recorded());
      case "release":
        this.see(step.envelope);
        this.#releases.set(centre, step.release);
        this.#steps.delete(centre);
        return;
      case "stopped":
        this.see(step.envelope);
        this.#stops.set(centre, step.stop);
        this.#steps.delete(centre);
    }
  }
}
