import { type EarlierRelease, type GuardPair, type Policy, strictest } from "@tutti/disclosure";
import {
  type BoxKeys,
  contentHash,
  digestWith,
  type Envelope,
  EnvelopeFault,
  LABELS,
  type Secret,
  type Sha256,
  type SignatureScheme,
  toHex,
  toUtf8,
} from "@tutti/envelope";
import type { Head } from "@tutti/ledger";
import type { Plan } from "@tutti/query";
import { ACCEPTANCE, type Acceptance } from "./answer.ts";
import { committeeOf } from "./committee.ts";
import type { EpochKeys } from "./epoch-key.ts";
import { FORMATION } from "./formation.ts";
import { openMessage } from "./message.ts";
import type { Offer } from "./offer.ts";
import type { PinnedRoster } from "./roster.ts";
import { SessionStop } from "./stop.ts";

/** What earlier sessions have told, and what of the plan is to be tested against it. */
export interface Guard {
  readonly earlier: readonly EarlierRelease[];
  readonly pairs: readonly GuardPair[];
}

/** What a centre has said yes to. */
export interface Accepted {
  readonly offer: Offer;
  /** `sha256:…` of the offer. */
  readonly offerHash: string;
  readonly plan: Plan;
  readonly guard: Guard;
  readonly acceptance: Acceptance;
  /** The box keys behind the acceptance's epoch key. */
  readonly box: BoxKeys;
}

/** One centre's place in a session that was formed. */
export interface Participation extends Pick<Accepted, "offer" | "offerHash" | "plan" | "guard"> {
  /** 32 bytes: a hash of offer, plan, participants, their keys and policies, and the policy in force. */
  readonly session: Uint8Array;
  /** The strictest of the network's and the participants'. */
  readonly policy: Policy;
  /** Until when it has to be over, in milliseconds since 1970: the offer's expiry, and where people are asked before shares leave, their time. */
  readonly deadlineMs: number;
  /** How long the deal may take after its first bundle. */
  readonly dealMs: number;
  /** In session order. */
  readonly acceptances: readonly Acceptance[];
  /** Their names. */
  readonly participants: readonly string[];
  readonly self: number;
  /** Who holds points, as indices, rising. */
  readonly committee: readonly number[];
  /** Keys shared with each other participant; null at `self`. */
  readonly keys: readonly (Secret | null)[];
}

/** What a centre needs to check a formation. */
export interface FormationCheck {
  readonly roster: PinnedRoster;
  readonly epochKeys: EpochKeys;
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
  readonly nowMs: number;
  /** The ledger's head that a centre last showed; null when it has shown none. */
  readonly lastHead: (centre: string) => Head | null;
}

/**
 * Checks what the coordinator put together, and works out the session from it: every participant works out the same id, or stops.
 * @throws SessionStop `formation`, `late` or `tooFewCentres`
 */
export function participate(accepted: Accepted, formation: Envelope, check: FormationCheck): Participation {
  const { offer, offerHash, plan, guard, acceptance: own } = accepted;
  const { roster, sha256, nowMs } = check;
  if (nowMs > offer.expiresAtMs) throw new SessionStop("late", "the session was formed after its offer had expired: ask again");
  const acceptances = held(() => acceptancesOf(formation, offerHash, check));
  const participants = acceptances.map(({ centre }) => centre);
  const places = participants.map((centre) => roster.centres.findIndex(({ name }) => name === centre));
  if (places.some((place, i) => i > 0 && place <= places[i - 1]!)) throw wrong("the participants are not in the order of the roster");
  if (participants.some((centre) => !offer.invited.includes(centre))) throw wrong("a participant was not invited");
  const self = participants.indexOf(own.centre);
  if (self < 0 || contentHash(acceptances[self], sha256) !== contentHash(own, sha256))
    throw wrong("this centre's own acceptance is not in it");
  if (acceptances.some((acceptance) => acceptance.offer !== offerHash)) throw wrong("an acceptance is of another offer");
  if (acceptances.some((acceptance) => acceptance.plan !== own.plan))
    throw wrong("the centres derived different plans: are all of one version?");
  if (acceptances.some((acceptance) => acceptance.history !== offer.history)) throw wrong("the centres know different pasts");
  for (const { centre, ledger } of acceptances) {
    const last = check.lastHead(centre);
    if (last !== null && (ledger.index < last.index || (ledger.index === last.index && ledger.hash !== last.hash)))
      throw new SessionStop("rollback", `the ledger of ${centre} is older than one it has shown before: it was restored from a copy`, [
        centre,
      ]);
  }
  const policy = policyOf(offer, acceptances);
  if (participants.length < policy.minimumCentres) {
    throw new SessionStop(
      "tooFewCentres",
      `${participants.length} centres would take part, and the strictest policy among them asks for ${policy.minimumCentres}`,
    );
  }
  const peopleMs = peopleTime(offer, acceptances);
  return {
    deadlineMs: offer.expiresAtMs + peopleMs,
    dealMs: offer.exchangeMs + peopleMs,
    offer,
    offerHash,
    plan,
    guard,
    acceptances,
    session: sessionIdOf(offerHash, policy, acceptances, sha256),
    policy,
    participants,
    self,
    committee: committeeOf(acceptances.map(({ centre, nonce }) => ({ centre, nonce }))),
    keys: acceptances.map((acceptance, i) => (i === self ? null : keyOf(acceptance, accepted.box, check))),
  };
}

/**
 * A session's id, 32 bytes: who takes part, with which keys, in which plan, under which policy.
 * @param acceptances of all participants, in the roster's order
 */
export function sessionIdOf(offerHash: string, policy: Policy, acceptances: readonly Acceptance[], hash: Sha256): Uint8Array {
  return digestWith(hash, LABELS.session, toUtf8(offerHash), toUtf8(contentHash(policy, hash)), toUtf8(contentHash(acceptances, hash)));
}

/** The hex of a session's id: its name in addresses and logs. */
export function sessionName(session: Uint8Array): string {
  return toHex(session);
}

/** The acceptances in a formation of this offer, each signed by its centre. Throws an EnvelopeFault for anything else. */
export function acceptancesOf(
  formation: Envelope,
  offerHash: string,
  { roster, scheme }: Pick<FormationCheck, "roster" | "scheme">,
): readonly Acceptance[] {
  const { value } = openMessage(FORMATION, formation, roster.coordinatorKey, scheme);
  if (value.offer !== offerHash) throw new EnvelopeFault("payload", "the formation is of another offer");
  return value.acceptances.map((envelope) => {
    const { value: acceptance, by } = openMessage(ACCEPTANCE, envelope, roster.centreKeys, scheme);
    if (by !== acceptance.centre) throw new EnvelopeFault("signature", "an acceptance is signed by another centre", by);
    return acceptance;
  });
}

/** How much longer a session may take because people are asked in the middle of it, in milliseconds. */
export function peopleTime({ consent }: Offer, acceptances: readonly Acceptance[]): number {
  return consent !== undefined && acceptances.some(({ beforeShares }) => beforeShares === "hold") ? consent.sharesMs : 0;
}

/** The policy in force: the strictest of the network's and the participants'. */
export function policyOf(offer: Offer, acceptances: readonly Acceptance[]): Policy {
  return strictest([offer.policy, ...acceptances.map(({ policy }) => policy)]);
}

function held<T>(open: () => T): T {
  try {
    return open();
  } catch (fault) {
    throw fault instanceof EnvelopeFault ? wrong(fault.message) : fault;
  }
}

function keyOf({ centre, epochKey }: Acceptance, box: BoxKeys, { epochKeys, roster, nowMs }: FormationCheck): Secret {
  return held(() => epochKeys.sharedWith(centre, epochKey, box, roster.centreKeys, nowMs));
}

function wrong(what: string): SessionStop {
  return new SessionStop("formation", `the coordinator's list of participants does not hold: ${what}`);
}
