import { contentHash, type Envelope, toBase64 } from "@tutti/envelope";
import { type Accepted, type Answer, Party, type PastAnswer, type PinnedRoster, RosterFault } from "@tutti/protocol";
import type { AgentParts } from "./agent-parts.ts";
import { faultFields } from "./fault-fields.ts";
import type { OfferTurns } from "./offer-turns.ts";

/** How often the coordinator is asked for newer rosters; an offer under one asks at once. */
const LOOK_MS = 600_000;

/** This centre as a party under the roster that counts, which may be another one tomorrow. */
export class StandingParty {
  readonly #parts: AgentParts;
  readonly #turns: OfferTurns;
  /** Answers whose sessions run. */
  readonly #accepted: ReadonlyMap<string, PastAnswer>;
  #party: Party;
  /** Under which party an offer was accepted: its session ends under the roster that it began with. */
  readonly #parties = new WeakMap<Accepted, Party>();
  #lookedMs: number;

  constructor(parts: AgentParts, turns: OfferTurns, accepted: ReadonlyMap<string, PastAnswer>) {
    this.#parts = parts;
    this.#turns = turns;
    this.#accepted = accepted;
    this.#party = this.#partyUnder(parts.setting.roster);
    this.#lookedMs = parts.nowMs();
  }

  /** What this centre answers to an offer now. */
  consider(envelope: Envelope): Answer {
    const answer = this.#party.consider(envelope, this.#parts.nowMs());
    if (answer.accepted !== null) this.#parties.set(answer.accepted, this.#party);
    return answer;
  }

  /** The party that accepted an offer. */
  of(accepted: Accepted): Party {
    return this.#parties.get(accepted)!;
  }

  /** Takes up a person's yes to another roster; says whether another one counts since. */
  async renew(): Promise<boolean> {
    const before = this.#party;
    await this.#takeUp();
    return this.#party !== before;
  }

  /** Hears whether there is a newer roster; nothing of it counts until a person has said yes. Says whether the coordinator answered. */
  async look(): Promise<boolean> {
    const { rosters, log, nowMs } = this.#parts;
    this.#lookedMs = nowMs();
    try {
      await rosters?.look();
      return rosters !== undefined;
    } catch (fault) {
      // Of those that are refused, the pin has told.
      if (fault instanceof RosterFault) return true;
      log.warn(faultFields(fault), "the coordinator's roster could not be asked for");
      return false;
    }
  }

  /** Looks where the last time is too long ago. */
  lookInTime(): void {
    if (this.#parts.nowMs() > this.#lookedMs + LOOK_MS) void this.look();
  }

  async #takeUp(): Promise<void> {
    const { rosters, setting, log } = this.#parts;
    if (rosters === undefined) return;
    try {
      if (!(await rosters.takeUp())) return;
    } catch (fault) {
      log.error(faultFields(fault), "a person's yes to a roster could not be taken up");
      return;
    }
    const { name, publicKey } = setting.identity;
    if (rosters.newest.centres.every((centre) => centre.name !== name || centre.publicKey !== toBase64(publicKey)))
      log.error({ version: rosters.newest.version }, "this centre's key is not in the roster that counts");
    this.#party = this.#partyUnder(rosters.newest);
  }

  #partyUnder(roster: PinnedRoster): Party {
    const { setting, ledger, past, consent, watch } = this.#parts;
    return new Party({
      ...setting,
      roster,
      history: past.history,
      ledgerHead: () => ledger.head,
      answered: (offerHash) => this.#accepted.has(offerHash) || ledger.answered(offerHash),
      rule: (offer) => {
        if (this.#turns.isFull && !this.#turns.has(contentHash(offer))) return "busy";
        if (!ledger.writable || past.trouble !== null) return "ledger";
        return watch.trouble === null ? null : "log";
      },
      consent: (offer, nowMs) => consent?.decide(offer, this.#accepted, nowMs).decision ?? "answer",
      beforeShares: () => consent?.asksBeforeShares === true,
    });
  }
}
