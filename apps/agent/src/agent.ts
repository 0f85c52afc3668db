import { contentHash, type Envelope } from "@tutti/envelope";
import { type Accepted, type Answer, Party, type PartySetting, SessionStop, signMessage, STOP } from "@tutti/protocol";
import type { Contribution, Plan } from "@tutti/query";
import { retryDelayMs } from "./retry.ts";
import { type Ending, runSession, type SessionHost } from "./session-run.ts";
import { isTold, stopOf } from "./stopping.ts";

/** What an agent is made of. */
export interface AgentParts extends SessionHost {
  readonly setting: Omit<PartySetting, "rule" | "answered">;
  /** By `id@version`. */
  readonly sources: ReadonlyMap<string, { contribute(plan: Plan): Promise<Contribution> }>;
  /** Waits; rejects when `signal` aborts. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Sessions at a time; offers beyond them are refused as `busy`. */
export const MAX_SESSIONS = 8;

const STOP_MS = 5_000;
/** Doublings of the pause while only known offers come: less than a second, so that a new one is not kept waiting. */
const SLOWEST = 4;
/** Unreadable offers that are remembered. */
const MAX_UNREADABLE = 100;

/** One centre: waits for offers, answers each, and takes its part in the sessions that are formed of them. */
export class Agent {
  readonly #parts: AgentParts;
  readonly #party: Party;
  /** Offers that are being answered: payloads as they came, and hashes. */
  readonly #payloads = new Set<string>();
  readonly #unreadable = new Set<string>();
  readonly #accepted = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(parts: AgentParts) {
    const { setting, ledger } = parts;
    this.#parts = parts;
    this.#party = new Party({
      ...setting,
      answered: (offerHash) => this.#accepted.has(offerHash) || ledger.answered(offerHash),
      rule: () => {
        if (this.#accepted.size >= MAX_SESSIONS) return "busy";
        return ledger.writable ? null : "ledger";
      },
    });
  }

  /** Works until the signal aborts and all sessions have ended. `polled` is called when the first request for offers is on its way. */
  async run(polled?: () => void): Promise<void> {
    const { link, log, signal, sleep, setting } = this.#parts;
    let failures = 0;
    let stale = 0;
    let first = polled;
    while (!signal.aborted) {
      let pauseMs = 0;
      try {
        const offers = await link.offers(first);
        first = undefined;
        let fresh = 0;
        for (const offer of offers) {
          if (this.#payloads.has(offer.payload) || this.#unreadable.has(offer.payload)) continue;
          this.#take(offer);
          fresh++;
        }
        // Offers whose answers have not arrived yet come again, at once; so do those that can't be read.
        stale = fresh === 0 && offers.length > 0 ? stale + 1 : 0;
        if (stale > 0) pauseMs = retryDelayMs(Math.min(stale - 1, SLOWEST), setting.random);
        failures = 0;
      } catch (fault) {
        if (signal.aborted) break;
        log.warn({ problem: fault instanceof Error ? fault.message : "unknown", failures }, "no offers could be asked for");
        pauseMs = retryDelayMs(failures++, setting.random);
      }
      if (pauseMs > 0) await sleep(pauseMs).catch(() => {});
    }
    await Promise.all(this.#underWay);
  }

  #take(envelope: Envelope): void {
    this.#payloads.add(envelope.payload);
    const work = this.#answer(envelope)
      .catch((fault: unknown) => {
        this.#parts.log.error({ fault: fault instanceof Error ? fault.name : "unknown" }, "an offer could not be answered");
      })
      .finally(() => {
        this.#payloads.delete(envelope.payload);
        this.#underWay.delete(work);
      });
    this.#underWay.add(work);
  }

  async #answer(envelope: Envelope): Promise<void> {
    const answer = this.#party.consider(envelope, this.#parts.nowMs());
    if (answer.offer === null) this.#remember(envelope.payload);
    if (answer.accepted === null) return this.#refuse(answer);
    const { offerHash, accepted } = answer;
    const { log, nowMs } = this.#parts;
    const beganMs = nowMs();
    log.info({ offer: offerHash, requester: accepted.offer.requester }, "accepted");
    this.#accepted.add(offerHash);
    try {
      const ending = await this.#takePart(accepted, answer.envelope);
      log.info({ offer: offerHash, ending, tookMs: nowMs() - beganMs }, "ended");
    } finally {
      this.#accepted.delete(offerHash);
    }
  }

  /** The coordinator knows no offer by the hash that a refusal of an unreadable one has to name, so it may come again and again. */
  #remember(payload: string): void {
    if (this.#unreadable.size >= MAX_UNREADABLE) this.#unreadable.clear();
    this.#unreadable.add(payload);
  }

  async #refuse({ envelope, offer, offerHash, reason }: Answer): Promise<void> {
    const { link, ledger, log, nowMs } = this.#parts;
    log.warn({ offer: offerHash, reason }, "refused");
    // An offer that can't be read, or that this coordinator did not sign, asks nothing that could be written down.
    if (offer !== null && reason !== null) {
      const body = { query: contentHash(offer.query), requester: offer.requester, offer: offerHash, session: offerHash, cause: reason };
      await ledger
        .append({ kind: "refused", body })
        .catch(() => log.error({ offer: offerHash }, "the refusal could not be written in the ledger"));
    }
    await link.refuse(offerHash, envelope, nowMs() + STOP_MS).catch(() => log.warn({ offer: offerHash }, "the refusal was not taken"));
  }

  /** The data are read while the others answer. */
  async #takePart(accepted: Accepted, acceptance: Envelope): Promise<Ending> {
    const { link, nowMs } = this.#parts;
    const { offer, offerHash } = accepted;
    const contribution = this.#contribution(accepted);
    contribution.catch(() => {});
    let session;
    try {
      const formation = await link.accept(offerHash, acceptance, offer.expiresAtMs);
      session = this.#party.join(accepted, formation, { contribution: await contribution, differences: new Uint32Array(0) }, nowMs());
    } catch (fault) {
      return this.#abandon(accepted, stopOf(fault), isTold(fault));
    }
    return runSession(session, accepted, this.#parts);
  }

  async #contribution({ plan }: Accepted): Promise<Contribution> {
    try {
      return await this.#parts.sources.get(plan.dataset)!.contribute(plan);
    } catch (fault) {
      this.#parts.log.error({ fault: fault instanceof Error ? fault.name : "unknown" }, "the data could not be read");
      throw new SessionStop("data", "a centre could not read its data: its engineer finds more in the agent's log");
    }
  }

  /** Ends before a session was there. */
  async #abandon({ offer, offerHash }: Accepted, stop: SessionStop, told: boolean): Promise<Ending> {
    const { link, ledger, log, nowMs, signal, setting } = this.#parts;
    const { identity, scheme } = setting;
    const cause = signal.aborted ? "shutdown" : stop.cause;
    const body = {
      query: contentHash(offer.query),
      requester: offer.requester,
      offer: offerHash,
      session: offerHash,
      cause,
      participants: [identity.name],
    };
    await ledger
      .append({ kind: "abandoned", body })
      .catch(() => log.error({ offer: offerHash }, "the stop could not be written in the ledger"));
    if (told && !signal.aborted) {
      const said = { session: offerHash, centre: identity.name, cause: stop.cause, blame: stop.blame };
      await link
        .stop(offerHash, signMessage(STOP, said, identity, scheme), nowMs() + STOP_MS)
        .catch(() => log.warn({ offer: offerHash }, "the stop was not taken"));
    }
    return cause;
  }
}
