import type { Dataset } from "@tutti/dataset";
import { MAX_THRESHOLD, type Policy, setsToKeep } from "@tutti/disclosure";
import { contentHash, createIdentity, type Envelope, type Identity } from "@tutti/envelope";
import { append, type Deed, GENESIS, type Head, headOf } from "@tutti/ledger";
import {
  type Accepted,
  type Answer,
  EpochKeys,
  History,
  type HistoryItem,
  type LeftSession,
  type Numbers,
  openHistoryItem,
  participate,
  Party,
  type RosterChain,
  type Session,
} from "@tutti/protocol";
import { plan } from "@tutti/query";
import { interpret, type Patient } from "@tutti/sql";
import { GuardStore } from "./guard-store.ts";
import { type Lie, Liar } from "./liar.ts";
import { aead, scheme, sha256 } from "@tutti/platform";
import { seeded } from "./seeded.ts";

/** What one centre of a world is made of. */
export interface CentreSetting {
  readonly name: string;
  readonly dataset: Dataset;
  readonly patients: readonly Patient[];
  readonly policy: Policy;
  readonly seed: number;
}

const identities = new Map<string, Identity>();

/** A centre's keys, the same each time; made once, for making them takes longer than a signature does. */
export function identityOf(name: string, seed: number): Identity {
  const of = `identity ${name}`;
  const known = identities.get(`${seed} ${of}`) ?? createIdentity(name, seeded(seed, of));
  identities.set(`${seed} ${of}`, known);
  return known;
}

/** One centre in memory: its patients, its party, its ledger, what it knows of the past. */
export class WorldCentre {
  readonly name: string;
  /** May be changed between queries, as a new export would. */
  patients: readonly Patient[];
  history: History = new History();
  guard: GuardStore;
  head: Head = GENESIS;
  readonly #setting: CentreSetting;
  #rosters: RosterChain;
  readonly #answered = new Set<string>();
  readonly #learnt = new WeakSet<HistoryItem>();
  #party: Party;

  constructor(setting: CentreSetting, rosters: RosterChain) {
    const { name, dataset, patients } = setting;
    this.name = name;
    this.patients = patients;
    this.guard = new GuardStore(dataset);
    this.#setting = setting;
    this.#rosters = rosters;
    this.#party = this.#partyOf();
  }

  /** Its person has said yes to another version of the roster. */
  pin(rosters: RosterChain): void {
    this.#rosters = rosters;
    this.#party = this.#partyOf();
  }

  #partyOf(): Party {
    const { name, dataset, policy, seed } = this.#setting;
    const { history } = this;
    return new Party({
      identity: identityOf(name, seed),
      roster: this.#rosters.newest,
      policy,
      datasets: [dataset],
      scheme,
      sha256,
      aead,
      random: seeded(seed, `party ${name}`),
      history,
      ledgerHead: () => this.head,
      answered: (offer) => this.#answered.has(offer),
    });
  }

  consider(offer: Envelope, nowMs: number): Answer {
    const answer = this.#party.consider(offer, nowMs);
    this.#answered.add(answer.offerHash);
    return answer;
  }

  /** Takes part; what it has in the sets of the plan is kept before anything is dealt. */
  join(accepted: Accepted, formation: Envelope, nowMs: number, lie: Lie | null, left: readonly LeftSession[] = []): Session | Liar {
    const { dataset } = this.#setting;
    const membership = this.guard.membership(setsToKeep(accepted.plan), this.patients);
    const numbers: Numbers = {
      contribution: interpret(accepted.plan, dataset, this.patients),
      differences: this.guard.differences(accepted.plan, accepted.guard, membership, MAX_THRESHOLD),
    };
    const session =
      lie === null ? this.#party.join(accepted, formation, numbers, nowMs, left) : this.#liar(accepted, formation, numbers, nowMs, lie);
    this.guard.keep(session.name, membership);
    return session;
  }

  /** Writes the ledger. */
  write(deed: Deed, nowMs: number): void {
    this.head = headOf(append(this.head, deed, new Date(nowMs).toISOString()));
  }

  /** Takes a past session into its history, as an agent that asks for it does. */
  learn(item: HistoryItem): void {
    const { dataset } = this.#setting;
    if (this.#learnt.has(item)) return;
    this.#learnt.add(item);
    const past = openHistoryItem(item, { rosters: this.#rosters, datasets: [dataset], scheme, sha256 });
    if (!this.history.add(past) || !past.participants.includes(this.name)) return;
    const { query } = JSON.parse(Buffer.from(item.offer.payload, "base64").toString()) as { query: Parameters<typeof plan>[0] };
    this.guard.keepQuantiles(past.session, plan(query, dataset), past.sets, this.patients);
  }

  #liar(accepted: Accepted, formation: Envelope, numbers: Numbers, nowMs: number, lie: Lie): Liar {
    const { name, seed } = this.#setting;
    const random = seeded(seed, `liar ${name}`);
    const epochKeys = new EpochKeys(identityOf(name, seed), scheme, random);
    const check = { roster: this.#rosters.newest, epochKeys, scheme, sha256, nowMs, lastHead: () => null };
    return new Liar(participate(accepted, formation, check), numbers, random, lie);
  }
}

/** The body of a ledger entry about an accepted offer. */
export function questionOf(
  { offer, offerHash }: Accepted,
  session: string,
): { query: string; requester: string; offer: string; session: string } {
  return { query: contentHash(offer.query), requester: offer.requester, offer: offerHash, session };
}
