import { type Dataset, datasetName } from "@tutti/dataset";
import { DEFAULT_POLICY, type Policy, type Release } from "@tutti/disclosure";
import { addSignature, contentHash, type Envelope, type Identity, publicIdentity, toHex } from "@tutti/envelope";
import {
  ACCEPTANCE,
  type Accepted,
  type Bundle,
  FORMATION,
  History,
  type HistoryItem,
  OFFER,
  type Offer,
  openHistoryItem,
  openMessage,
  firstRoster,
  type PinnedRoster,
  RECORD,
  ROSTER,
  RosterChain,
  type SessionStop,
  signMessage,
} from "@tutti/protocol";
import type { Query } from "@tutti/query";
import type { Patient } from "@tutti/sql";
import { identityOf, questionOf, WorldCentre } from "./centre.ts";
import type { Lie } from "./liar.ts";
import { scheme, sha256 } from "@tutti/platform";
import { Run } from "./run.ts";
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
  /** The past sessions that the coordinator tells of. */
  history?(items: readonly HistoryItem[]): readonly HistoryItem[];
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
  readonly records: ReadonlyMap<string, readonly number[] | null>;
}

/** One network. */
export class World {
  readonly rosters: RosterChain;
  readonly roster: PinnedRoster;
  readonly coordinator: Identity;
  readonly names: readonly string[];
  readonly centres: ReadonlyMap<string, WorldCentre>;
  nowMs: number = Date.UTC(2026, 0, 1);
  /** What the coordinator keeps of past sessions. */
  readonly items: HistoryItem[] = [];
  readonly #setting: WorldSetting;
  #asked = 0;

  constructor(setting: WorldSetting) {
    const { dataset, centres, seed, policy, policies } = setting;
    this.#setting = setting;
    this.names = Object.keys(centres);
    this.coordinator = identityOf("coordinator", seed);
    const identities = this.names.map((name) => identityOf(name, seed));
    const roster = firstRoster({
      network: "world",
      coordinator: publicIdentity(this.coordinator),
      centres: identities.map(publicIdentity),
    });
    this.rosters = RosterChain.open(signMessage(ROSTER, roster, this.coordinator, scheme), scheme);
    this.roster = this.rosters.newest;
    this.centres = new Map(
      this.names.map((name) => {
        const own = { ...DEFAULT_POLICY, ...policy, ...policies?.[name] };
        return [name, new WorldCentre({ name, dataset, patients: centres[name]!, policy: own, seed }, this.rosters)];
      }),
    );
  }

  /** The offer of a query, as an honest coordinator makes it. */
  offerOf(query: Query, items: readonly HistoryItem[] = this.items): Offer {
    return {
      network: "world",
      id: toHex(seeded(this.#setting.seed, `offer ${this.#asked++}`)(16)),
      query,
      dataset: contentHash(this.#setting.dataset),
      roster: this.roster.hash,
      history: this.#historyOf(items).hash(query.dataset),
      requester: "researcher",
      policy: { ...DEFAULT_POLICY, ...this.#setting.policy },
      invited: this.names,
      issuedAtMs: this.nowMs,
      expiresAtMs: this.nowMs + 60_000,
      answerMs: 5_000,
      exchangeMs: 5_000,
    };
  }

  /** A query of measures on the dataset. */
  query(measures: Query["measures"], rest: Partial<Query> = {}): Query {
    return { dataset: datasetName(this.#setting.dataset), purpose: "", measures, ...rest };
  }

  /** Runs one query to its end. Centres are first told of past sessions, and the coordinator keeps what became of this one. */
  ask(query: Query, mischief: Mischief = {}, given: Offer | null = null): Ended {
    const items = mischief.history?.(this.items) ?? this.items;
    for (const centre of this.centres.values()) for (const item of items) centre.learn(item);
    const offer = given ?? this.offerOf(query, items);
    const records = new Map<string, Envelope>();
    const accepted = new Map<string, Accepted>();
    const run = new Run(mischief, (centre, session, cells) => {
      const yes = accepted.get(centre)!;
      this.centres
        .get(centre)!
        .write(
          { kind: "answered", body: { ...questionOf(yes, session), participants: this.names, policy: contentHash(offer.policy) } },
          this.nowMs,
        );
      if (cells !== null)
        records.set(centre, signMessage(RECORD, { session, centre, cells }, identityOf(centre, this.#setting.seed), scheme));
    });
    const acceptances: Envelope[] = [];
    for (const [name, centre] of this.centres) {
      const shown = run.see(signMessage(OFFER, mischief.offer?.(offer, name) ?? offer, this.coordinator, scheme));
      const answer = centre.consider(shown, this.nowMs);
      run.see(answer.envelope);
      if (answer.accepted === null) run.refusals.set(name, answer.reason!);
      else {
        accepted.set(name, answer.accepted);
        acceptances.push(answer.envelope);
      }
    }
    const formationFor = (centre: string): Envelope => {
      const shown = mischief.acceptances?.(acceptances, centre) ?? acceptances;
      return signMessage(FORMATION, { offer: contentHash(offer), acceptances: shown }, this.coordinator, scheme);
    };
    const by = (envelope: Envelope): string => openMessage(ACCEPTANCE, envelope, this.roster.centreKeys, scheme).by;
    const invited = new Set((mischief.acceptances?.(acceptances, "") ?? acceptances).flatMap((envelope) => this.#known(envelope, by)));
    for (const [name, yes] of accepted) {
      if (!invited.has(name)) continue;
      run.join(name, () => this.centres.get(name)!.join(yes, formationFor(name), this.nowMs, mischief.lie?.(name) ?? null));
    }
    const ended = run.toEnd(acceptances.map(by).filter((name) => invited.has(name)));
    this.#keep(signMessage(OFFER, offer, this.coordinator, scheme), formationFor(""), run, records);
    this.nowMs += 60_000;
    return ended;
  }

  /** Keeps what was told: the release if there is one, else the record of what may have been opened. */
  #keep(offer: Envelope, formation: Envelope, { signed }: Run, records: ReadonlyMap<string, Envelope>): void {
    const [first, ...others] = signed.values();
    const [record] = records.values();
    if (first !== undefined) {
      const signatures = [first, ...others].flatMap((envelope) => envelope.signatures);
      this.items.push({ offer, formation, release: addSignature({ ...first, signatures }, this.coordinator, scheme), record: null });
    } else if (record !== undefined) this.items.push({ offer, formation, release: null, record });
  }

  #historyOf(items: readonly HistoryItem[]): History {
    const history = new History();
    const check = { rosters: this.rosters, datasets: [this.#setting.dataset], scheme, sha256 };
    for (const item of items) history.add(openHistoryItem(item, check));
    return history;
  }

  #known(envelope: Envelope, by: (envelope: Envelope) => string): readonly string[] {
    try {
      return [by(envelope)];
    } catch {
      return [];
    }
  }
}
