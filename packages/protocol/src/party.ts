import { type Dataset, datasetName } from "@tutti/dataset";
import { guardPairs, type Policy } from "@tutti/disclosure";
import {
  type Aead,
  contentHash,
  type Envelope,
  EnvelopeFault,
  type Identity,
  type Sha256,
  type SignatureScheme,
  toHex,
} from "@tutti/envelope";
import type { Random } from "@tutti/field";
import type { Head } from "@tutti/ledger";
import { ACCEPTANCE, CONSENT, REFUSAL, type RefusalReason } from "./answer.ts";
import type { Numbers } from "./computation.ts";
import { dictionaryHash } from "./dictionary.ts";
import { CLOCK_SKEW_MS, EpochKeys } from "./epoch-key.ts";
import type { History } from "./history.ts";
import { openMessage, signMessage } from "./message.ts";
import { OFFER, type Offer } from "./offer.ts";
import { type Accepted, participate } from "./participation.ts";
import { planHash, planOnce } from "./plan-cache.ts";
import type { PinnedRoster } from "./roster.ts";
import { demandFollows, type LeftSession } from "./reformation.ts";
import { Session } from "./session.ts";
import type { Decision } from "./standing-rules.ts";

/** What a centre is, to the protocol. */
export interface PartySetting {
  readonly identity: Identity;
  /** The pinned roster. */
  readonly roster: PinnedRoster;
  /** The centre's own policy. */
  readonly policy: Policy;
  /** The dictionaries that the centre has data for. */
  readonly datasets: readonly Dataset[];
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
  readonly aead: Aead;
  readonly random: Random;
  /** Why the centre does not answer this offer at the moment, or null. */
  readonly rule?: ((offer: Offer) => RefusalReason | null) | undefined;
  /** What the centre's own rules, and its people, say of an offer that it could answer; it answers when left out. */
  readonly consent?: ((offer: Offer, nowMs: number) => Decision) | undefined;
  /** Whether its people are asked once more before its shares leave. */
  readonly beforeShares?: (() => boolean) | undefined;
  /** What the centre knows to have been told before. */
  readonly history: History;
  /** How far the centre's ledger goes. */
  readonly ledgerHead: () => Head;
  /** Whether an offer of this hash was answered before: from the ledger, so that it outlives the process. */
  readonly answered: (offerHash: string) => boolean;
}

/** A centre's answer to an offer: an envelope to post, and what it has accepted, if it has. */
export interface Answer {
  readonly envelope: Envelope;
  readonly accepted: Accepted | null;
  /** Why not; null when accepted or held. */
  readonly reason: RefusalReason | null;
  /** Whether people are asked first: then the envelope says so. */
  readonly held: boolean;
  /** The offer as far as it could be read. */
  readonly offer: Offer | null;
  readonly offerHash: string;
}

/** One centre in the protocol, without I/O: it considers offers, and takes its part in the sessions that are formed of them. */
export class Party {
  readonly #setting: PartySetting;
  readonly #datasets: ReadonlyMap<string, { readonly dataset: Dataset; readonly hash: string }>;
  readonly #epochKeys: EpochKeys;

  constructor(setting: PartySetting) {
    this.#setting = setting;
    this.#datasets = new Map(setting.datasets.map((dataset) => [datasetName(dataset), { dataset, hash: dictionaryHash(dataset) }]));
    this.#epochKeys = new EpochKeys(setting.identity, setting.scheme, setting.random);
  }

  /** Accepts, holds or refuses an offer, from anything at all; never throws. The answer is signed, and depends on no data. */
  consider(envelope: unknown, nowMs: number): Answer {
    const { identity, scheme, policy, random, sha256, history, ledgerHead, consent, beforeShares } = this.#setting;
    const offer = this.#open(envelope);
    const offerHash = offer === null ? UNREADABLE : contentHash(offer, sha256);
    const refuse = (reason: RefusalReason): Answer => {
      const refusal = { centre: identity.name, offer: offerHash, reason };
      return { envelope: signMessage(REFUSAL, refusal, identity, scheme), accepted: null, reason, held: false, offer, offerHash };
    };
    if (offer === null) return refuse("altered");
    const reason = this.#reasonAgainst(offer, offerHash, nowMs);
    if (reason !== null) return refuse(reason);
    const { dataset } = this.#datasets.get(offer.query.dataset)!;
    const plan = planOnce(offer.query, dataset);
    if (plan === null) return refuse("query");
    const decision = consent?.(offer, nowMs) ?? "answer";
    // Nobody waits for people beyond that time.
    if (decision === "refuse" || (decision === "hold" && nowMs >= (offer.consent?.untilMs ?? -Infinity))) return refuse("rule");
    if (decision === "hold") {
      const asked = { centre: identity.name, offer: offerHash, consent: "asked" } as const;
      return { envelope: signMessage(CONSENT, asked, identity, scheme), accepted: null, reason: null, held: true, offer, offerHash };
    }
    const earlier = history.of(offer.query.dataset);
    const guard = { earlier, pairs: guardPairs(plan, earlier, dataset) };
    const { box, statement } = this.#epochKeys.current(nowMs);
    const acceptance = {
      centre: identity.name,
      offer: offerHash,
      plan: planHash(plan, sha256),
      policy,
      history: offer.history,
      ledger: ledgerHead(),
      nonce: toHex(random(32)),
      epochKey: statement,
      ...(beforeShares?.() === true ? { beforeShares: "hold" as const } : {}),
    };
    const accepted = { offer, offerHash, plan, guard, acceptance, box };
    return { envelope: signMessage(ACCEPTANCE, acceptance, identity, scheme), accepted, reason: null, held: false, offer, offerHash };
  }

  /**
   * Takes part in a session, with this centre's numbers.
   * @param left the sessions of the same offer that this centre has left, for it was formed anew
   * @throws SessionStop when the formation does not hold
   */
  join(accepted: Accepted, formation: Envelope, numbers: Numbers, nowMs: number, left: readonly LeftSession[] = []): Session {
    const { roster, scheme, sha256 } = this.#setting;
    const lastHead = (centre: string): Head | null => this.#setting.history.lastHead(centre);
    const participation = participate(accepted, formation, { roster, epochKeys: this.#epochKeys, scheme, sha256, nowMs, lastHead });
    demandFollows(participation, left);
    return new Session(participation, numbers, this.#setting);
  }

  #open(envelope: unknown): Offer | null {
    try {
      return openMessage(OFFER, envelope, this.#setting.roster.coordinatorKey, this.#setting.scheme).value;
    } catch (fault) {
      if (fault instanceof EnvelopeFault) return null;
      throw fault;
    }
  }

  #reasonAgainst(offer: Offer, offerHash: string, nowMs: number): RefusalReason | null {
    const { identity, roster, answered, history, rule } = this.#setting;
    if (offer.network !== roster.network || offer.roster !== roster.hash) return "roster";
    if (!offer.invited.includes(identity.name)) return "uninvited";
    if (nowMs > offer.expiresAtMs || nowMs < offer.issuedAtMs - CLOCK_SKEW_MS) return "expired";
    if (answered(offerHash)) return "replayed";
    if (offer.history !== history.hash(offer.query.dataset)) return "history";
    if (this.#datasets.get(offer.query.dataset)?.hash !== offer.dataset) return "dataset";
    return rule?.(offer) ?? null;
  }
}

/** The hash that stands for an offer that can't be read. */
const UNREADABLE = `sha256:${"0".repeat(64)}`;
