import type { Envelope } from "@tutti/envelope";
import type { Accepted, Answer, PastAnswer } from "@tutti/protocol";
import type { AgentParts } from "./agent-parts.ts";
import { faultFields } from "./fault-fields.ts";
import { KeptSetsFault } from "./guard/kept-sets.ts";
import type { Prepared } from "./guard/past.ts";
import { LinkFault } from "./link-fault.ts";
import { OfferReplies } from "./offer-replies.ts";
import { OfferRun } from "./offer-run.ts";
import { OfferTurns } from "./offer-turns.ts";
import { PATIENCE } from "./patience.ts";
import { retryDelayMs } from "./retry.ts";
import { StandingParty } from "./standing-party.ts";

/** Doublings of the pause while only known offers come: less than a second, so that a new one is not kept waiting. */
const SLOWEST = 4;
/** Until somebody has set a proxy or a certificate right; a proxy may lock an account that is tried more often. */
const BLOCKED_PAUSE_MS = 60_000;
/** Unreadable offers that are remembered. */
const MAX_UNREADABLE = 100;

/**
 * One centre: waits for offers, answers each, and takes its part in the sessions that are formed of them. Offers on one dataset are answered one
 * after the other: what one session tells counts for the next.
 */
export class Agent {
  readonly #parts: AgentParts;
  readonly #turns = new OfferTurns();
  readonly #accepted = new Map<string, PastAnswer>();
  readonly #party: StandingParty;
  readonly #replies: OfferReplies;
  readonly #offerRun: OfferRun;
  /** Offers that are being answered: payloads as they came. */
  readonly #payloads = new Set<string>();
  readonly #unreadable = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#party = new StandingParty(parts, this.#turns, this.#accepted);
    this.#replies = new OfferReplies(parts, this.#accepted);
    this.#offerRun = new OfferRun(parts, this.#party, this.#replies);
  }

  /** Works until the signal aborts and all sessions have ended. `polled` is called when the first request for offers is on its way. */
  async run(polled?: () => void): Promise<void> {
    const { link, log, signal, sleep, setting, consent } = this.#parts;
    consent?.open((asked) => this.#follow(this.#replies.tell(asked)));
    let failures = 0;
    let stale = 0;
    // By a proxy, which is not asked more often than it has to be.
    let blocked = false;
    let first = polled;
    while (!signal.aborted) {
      let pauseMs = 0;
      try {
        // Offers that could not be read may be signed by keys that count from now on.
        if (await this.#party.renew()) this.#unreadable.clear();
        // It may be under another version by now, and answers at once; a request for offers is answered when there are some.
        if (failures > 0 && !blocked && (await this.#party.look())) log.debug({}, "reached again");
        const offers = await link.offers(first);
        first = undefined;
        log.debug({}, "asked for offers");
        let fresh = 0;
        for (const offer of offers) {
          if (this.#payloads.has(offer.payload) || this.#unreadable.has(offer.payload)) continue;
          this.#take(offer);
          fresh++;
        }
        // Nobody asks anything at the moment.
        if (offers.length === 0) this.#rest();
        this.#party.lookInTime();
        // Offers whose answers have not arrived yet come again, at once; so do those that can't be read.
        stale = fresh === 0 && offers.length > 0 ? stale + 1 : 0;
        if (stale > 0) pauseMs = retryDelayMs(Math.min(stale - 1, SLOWEST), setting.random);
        failures = 0;
      } catch (fault) {
        if (signal.aborted) break;
        log.warn({ ...faultFields(fault), failures }, "no offers could be asked for");
        blocked = fault instanceof LinkFault && fault.kind === "blocked";
        pauseMs = Math.max(retryDelayMs(failures++, setting.random), shortestPauseMs(fault));
      }
      if (pauseMs > 0) await sleep(pauseMs).catch(() => {});
    }
    await Promise.all(this.#underWay);
    await consent?.close();
  }

  /**
   * Does what can wait until nobody asks: tells the heap, and hands in records that the coordinator could not take when their sessions ended; until it knows
   * them, the centre would refuse its offers.
   */
  #rest(): void {
    const { past, sources, nowMs, heap } = this.#parts;
    if (this.#accepted.size === 0) void heap?.resting();
    for (const dataset of sources.keys())
      if (past.owes(dataset) && !this.#turns.isTaken(dataset)) void past.catchUp(dataset, nowMs() + PATIENCE.catchUpMs);
  }

  #take(envelope: Envelope): void {
    this.#payloads.add(envelope.payload);
    const answered = this.#answer(envelope).catch((fault: unknown) => {
      this.#parts.log.error(faultFields(fault), "an offer could not be answered");
    });
    this.#follow(answered.finally(() => this.#payloads.delete(envelope.payload)));
  }

  /** Work that the end waits for. It does not fail. */
  #follow(work: Promise<void>): void {
    const followed = work.finally(() => this.#underWay.delete(followed));
    this.#underWay.add(followed);
  }

  async #answer(envelope: Envelope): Promise<void> {
    let answer = this.#party.consider(envelope);
    if (isOfAnother(answer)) {
      // A person may have said yes since the last turn.
      if (await this.#party.renew()) answer = this.#party.consider(envelope);
      if (isOfAnother(answer)) void this.#party.look();
    }
    if (answer.offer === null) this.#remember(envelope.payload);
    if (answer.held) return this.#replies.hold(envelope, answer);
    if (answer.offer === null || (answer.accepted === null && answer.reason !== "history")) return this.#replies.refuse(answer);
    return this.#turns.take(answer.offer.query.dataset, answer.offerHash, async (waited) => {
      if (this.#parts.signal.aborted) return;
      // What came in between may have changed the answer.
      await this.#answerInTurn(envelope, waited ? this.#party.consider(envelope) : answer);
    });
  }

  async #answerInTurn(envelope: Envelope, first: Answer): Promise<void> {
    const { log, nowMs, past, sources, heap } = this.#parts;
    let answer = first;
    if (answer.reason === "history" && answer.offer !== null && sources.has(answer.offer.query.dataset)) {
      await past.catchUp(answer.offer.query.dataset, Math.min(answer.offer.expiresAtMs, nowMs() + PATIENCE.catchUpMs));
      answer = this.#party.consider(envelope);
      // It did not know less than the coordinator, but more.
      if (answer.reason === "history") void past.remind(answer.offer!.query.dataset, nowMs() + PATIENCE.catchUpMs);
    }
    const { accepted, offerHash } = answer;
    if (answer.held) return this.#replies.hold(envelope, answer);
    if (accepted === null) return this.#replies.refuse(answer);
    const prepared = past.prepare(accepted, sources.get(accepted.plan.dataset)!);
    if (!(await isKnown(accepted, prepared))) return this.#replies.refuse(this.#party.consider(envelope));
    const beganMs = nowMs();
    log.info({ query: accepted.offer.id, offer: offerHash, requester: accepted.offer.requester }, "accepted");
    this.#accepted.set(offerHash, { requester: accepted.offer.requester, atMs: beganMs });
    try {
      const ending = await this.#offerRun.run(accepted, { offer: envelope, acceptance: answer.envelope }, prepared);
      log.info({ query: accepted.offer.id, offer: offerHash, ending, tookMs: nowMs() - beganMs }, "ended");
    } finally {
      this.#accepted.delete(offerHash);
      void heap?.ended(this.#accepted.size === 0);
    }
    const { dataset } = accepted.plan;
    if (past.owes(dataset) && !this.#parts.signal.aborted) await past.catchUp(dataset, nowMs() + PATIENCE.catchUpMs);
  }

  /** The coordinator knows no offer by the hash that a refusal of an unreadable one has to name, so it may come again and again. */
  #remember(payload: string): void {
    if (this.#unreadable.size >= MAX_UNREADABLE) this.#unreadable.clear();
    this.#unreadable.add(payload);
  }
}

/** Whether an offer is of another version of the roster than counts here; one that does not open may be signed by the coordinator's next keys. */
function isOfAnother({ reason, offer }: Answer): boolean {
  return reason === "roster" || offer === null;
}

/** Whether this centre still knows its patients in the earlier sessions that the plan is compared with. */
async function isKnown({ guard }: Accepted, { differences }: Prepared): Promise<boolean> {
  if (guard.pairs.length === 0) return true;
  return differences.then(
    () => true,
    (fault: unknown) => !(fault instanceof KeptSetsFault),
  );
}

function shortestPauseMs(fault: unknown): number {
  if (!(fault instanceof LinkFault)) return 0;
  return fault.kind === "blocked" ? BLOCKED_PAUSE_MS : fault.retryAfterMs;
}
