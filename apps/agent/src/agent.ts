import { contentHash, type Envelope, toBase64 } from "@tutti/envelope";
import {
  type Accepted,
  type Answer,
  CONSENT,
  type LeftSession,
  Party,
  type PartySetting,
  type PastAnswer,
  type PinnedRoster,
  REFUSAL,
  RosterFault,
  type Session,
  SessionStop,
  signMessage,
  STOP,
} from "@tutti/protocol";
import type { Contribution, Plan } from "@tutti/query";
import type { ConsentDesk } from "./consent/consent-desk.ts";
import type { AskedQuestion } from "./consent/decisions.ts";
import { unlessHalted, withdrawn } from "./consent/halting.ts";
import { faultFields } from "./fault-fields.ts";
import { KeptSetsFault } from "./guard/kept-sets.ts";
import type { Asked, Past, Prepared } from "./guard/past.ts";
import { LinkFault } from "./link-fault.ts";
import type { LogWatch } from "./log-watch.ts";
import { previewRows } from "./preview.ts";
import { PATIENCE } from "./patience.ts";
import { retryDelayMs } from "./retry.ts";
import type { RosterPin } from "./roster/roster-pin.ts";
import { type Ending, runSession, type SessionHost } from "./session-run.ts";
import { isTold, stopOf } from "./stopping.ts";

/** The data of one dataset. */
export interface AgentSource extends Asked {
  contribute(plan: Plan): Promise<Contribution>;
  readonly summary: { readonly rows: number };
}

/** What an agent is made of. */
export interface AgentParts extends SessionHost {
  readonly setting: Omit<PartySetting, "rule" | "answered" | "history" | "ledgerHead">;
  /** By `id@version`. */
  readonly sources: ReadonlyMap<string, AgentSource>;
  /** What is known of earlier sessions. */
  readonly past: Past;
  /** Whether the coordinator's log still holds. */
  readonly watch: Pick<LogWatch, "expect" | "trouble">;
  /** The roster that counts; the setting's own for good when left out. */
  readonly rosters?: Pick<RosterPin, "newest" | "look" | "takeUp"> | undefined;
  /** Waits; rejects when `signal` aborts. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Offers under way at a time, those that wait for their turn among them; further ones are refused as `busy`. */
export const MAX_SESSIONS = 8;

/** How often the coordinator is asked for newer rosters; an offer under one asks at once. */
const LOOK_MS = 600_000;
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
  /** Under the roster that counts. */
  #party: Party;
  /** Under which party an offer was accepted: its session ends under the roster that it began with. */
  readonly #parties = new WeakMap<Accepted, Party>();
  #lookedMs = 0;
  /** Offers that are being answered: payloads as they came, and hashes. */
  readonly #payloads = new Set<string>();
  readonly #unreadable = new Set<string>();
  readonly #queued = new Set<string>();
  readonly #accepted = new Map<string, PastAnswer>();
  readonly #underWay = new Set<Promise<void>>();
  /** The last session on each dataset. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#party = this.#partyUnder(parts.setting.roster);
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
        if (this.#queued.size >= MAX_SESSIONS && !this.#queued.has(contentHash(offer))) return "busy";
        if (!ledger.writable || past.trouble !== null) return "ledger";
        return watch.trouble === null ? null : "log";
      },
      consent: (offer, nowMs) => consent?.decide(offer, this.#accepted, nowMs).decision ?? "answer",
      beforeShares: () => consent?.asksBeforeShares === true,
    });
  }

  /** Works until the signal aborts and all sessions have ended. `polled` is called when the first request for offers is on its way. */
  async run(polled?: () => void): Promise<void> {
    const { link, log, nowMs, signal, sleep, setting, consent } = this.#parts;
    this.#lookedMs = nowMs();
    consent?.open((asked) => this.#tell(asked));
    let failures = 0;
    let stale = 0;
    let first = polled;
    while (!signal.aborted) {
      let pauseMs = 0;
      try {
        await this.#renew();
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
        if (offers.length === 0) this.#handIn();
        if (nowMs() > this.#lookedMs + LOOK_MS) void this.#look();
        // Offers whose answers have not arrived yet come again, at once; so do those that can't be read.
        stale = fresh === 0 && offers.length > 0 ? stale + 1 : 0;
        if (stale > 0) pauseMs = retryDelayMs(Math.min(stale - 1, SLOWEST), setting.random);
        failures = 0;
      } catch (fault) {
        if (signal.aborted) break;
        log.warn({ ...faultFields(fault), failures }, "no offers could be asked for");
        // The coordinator may know another key of this centre by now.
        if (fault instanceof LinkFault && fault.kind === "not-signed") await this.#look();
        pauseMs = Math.max(retryDelayMs(failures++, setting.random), shortestPauseMs(fault));
      }
      if (pauseMs > 0) await sleep(pauseMs).catch(() => {});
    }
    await Promise.all(this.#underWay);
    await consent?.close();
  }

  #consider(envelope: Envelope): Answer {
    const answer = this.#party.consider(envelope, this.#parts.nowMs());
    if (answer.accepted !== null) this.#parties.set(answer.accepted, this.#party);
    return answer;
  }

  /** Takes up a person's yes to another roster. */
  async #renew(): Promise<void> {
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

  /** Hears whether there is a newer roster; nothing of it counts until a person has said yes. */
  async #look(): Promise<void> {
    const { rosters, log, nowMs } = this.#parts;
    this.#lookedMs = nowMs();
    await rosters?.look().catch((fault: unknown) => {
      // Of those that are refused, the pin has told.
      if (!(fault instanceof RosterFault)) log.warn(faultFields(fault), "the coordinator's roster could not be asked for");
    });
  }

  /** Hands in records that the coordinator could not take when their sessions ended: until it knows them, the centre would refuse its offers. */
  #handIn(): void {
    const { past, sources, nowMs } = this.#parts;
    for (const dataset of sources.keys())
      if (past.owes(dataset) && !this.#turns.has(dataset)) void past.catchUp(dataset, nowMs() + PATIENCE.catchUpMs);
  }

  #take(envelope: Envelope): void {
    this.#payloads.add(envelope.payload);
    const work = this.#answer(envelope)
      .catch((fault: unknown) => {
        this.#parts.log.error(faultFields(fault), "an offer could not be answered");
      })
      .finally(() => {
        this.#payloads.delete(envelope.payload);
        this.#underWay.delete(work);
      });
    this.#underWay.add(work);
  }

  /** Tells the coordinator what people have decided; it may have forgotten the question, or not have been told before. */
  #tell({ offer, state, untilMs }: AskedQuestion): void {
    const { link, log, setting } = this.#parts;
    const { identity, scheme } = setting;
    const about = { centre: identity.name, offer };
    const told =
      state === "approved"
        ? link.consent(offer, signMessage(CONSENT, { ...about, consent: "given" }, identity, scheme), untilMs)
        : link.refuse(offer, signMessage(REFUSAL, { ...about, reason: "rule" }, identity, scheme), untilMs);
    const work = told
      .catch((fault: unknown) => {
        // It was told before, and the query has ended since.
        if (fault instanceof LinkFault && fault.kind === "ended") return;
        log.warn({ offer, ...faultFields(fault) }, "what people decided was not taken");
      })
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #answer(envelope: Envelope): Promise<void> {
    let answer = this.#consider(envelope);
    if (answer.reason === "roster") {
      // A person may have said yes since the last turn.
      const before = this.#party;
      await this.#renew();
      if (this.#party !== before) answer = this.#consider(envelope);
      if (answer.reason === "roster") void this.#look();
    }
    if (answer.offer === null) this.#remember(envelope.payload);
    if (answer.held) return this.#hold(envelope, answer);
    if (answer.offer === null || (answer.accepted === null && answer.reason !== "history")) return this.#refuse(answer);
    const { dataset } = answer.offer.query;
    this.#queued.add(answer.offerHash);
    const before = this.#turns.get(dataset);
    const turn = (async () => {
      await before?.catch(() => {});
      if (this.#parts.signal.aborted) return;
      // What came in between may have changed the answer.
      await this.#answerInTurn(envelope, before === undefined ? answer : this.#consider(envelope));
    })().finally(() => {
      this.#queued.delete(answer.offerHash);
      if (this.#turns.get(dataset) === turn) this.#turns.delete(dataset);
    });
    this.#turns.set(dataset, turn);
    return turn;
  }

  async #answerInTurn(envelope: Envelope, first: Answer): Promise<void> {
    const { log, nowMs, past, sources } = this.#parts;
    let answer = first;
    if (answer.reason === "history" && answer.offer !== null && sources.has(answer.offer.query.dataset)) {
      await past.catchUp(answer.offer.query.dataset, Math.min(answer.offer.expiresAtMs, nowMs() + PATIENCE.catchUpMs));
      answer = this.#consider(envelope);
      // It did not know less than the coordinator, but more.
      if (answer.reason === "history") void past.remind(answer.offer!.query.dataset, nowMs() + PATIENCE.catchUpMs);
    }
    const { accepted, offerHash } = answer;
    if (answer.held) return this.#hold(envelope, answer);
    if (accepted === null) return this.#refuse(answer);
    const prepared = past.prepare(accepted, sources.get(accepted.plan.dataset)!);
    if (!(await this.#isKnown(accepted, prepared))) return this.#refuse(this.#consider(envelope));
    const beganMs = nowMs();
    log.info({ query: accepted.offer.id, offer: offerHash, requester: accepted.offer.requester }, "accepted");
    this.#accepted.set(offerHash, { requester: accepted.offer.requester, atMs: beganMs });
    try {
      const ending = await this.#takePart(accepted, { offer: envelope, acceptance: answer.envelope }, prepared);
      log.info({ query: accepted.offer.id, offer: offerHash, ending, tookMs: nowMs() - beganMs }, "ended");
    } finally {
      this.#accepted.delete(offerHash);
    }
    const { dataset } = accepted.plan;
    if (past.owes(dataset) && !this.#parts.signal.aborted) await past.catchUp(dataset, nowMs() + PATIENCE.catchUpMs);
  }

  /** Whether this centre still knows its patients in the earlier sessions that the plan is compared with. */
  async #isKnown({ guard }: Accepted, { differences }: Prepared): Promise<boolean> {
    if (guard.pairs.length === 0) return true;
    return differences.then(
      () => true,
      (fault: unknown) => !(fault instanceof KeptSetsFault),
    );
  }

  /** The coordinator knows no offer by the hash that a refusal of an unreadable one has to name, so it may come again and again. */
  #remember(payload: string): void {
    if (this.#unreadable.size >= MAX_UNREADABLE) this.#unreadable.clear();
    this.#unreadable.add(payload);
  }

  /** Has people asked, and says so; it takes nobody's turn. */
  async #hold(envelope: Envelope, { offer, offerHash, envelope: asked }: Answer): Promise<void> {
    const { link, log, nowMs, consent, setting } = this.#parts;
    if (offer === null || consent === undefined) return;
    try {
      await consent.hold(envelope, offer, offerHash, consent.decide(offer, this.#accepted, nowMs()).because);
    } catch (fault) {
      log.error({ query: offer.id, ...faultFields(fault) }, "what people are asked could not be kept");
      const said = { centre: setting.identity.name, offer: offerHash, reason: "ledger" } as const;
      const refusal = signMessage(REFUSAL, said, setting.identity, setting.scheme);
      return this.#refuse({ envelope: refusal, accepted: null, reason: "ledger", held: false, offer, offerHash });
    }
    await link
      .consent(offerHash, asked, nowMs() + PATIENCE.wordMs)
      .catch(() => log.warn({ query: offer.id, offer: offerHash }, "what people decided was not taken"));
  }

  async #refuse({ envelope, offer, offerHash, reason }: Answer): Promise<void> {
    const { link, ledger, log, nowMs, consent } = this.#parts;
    const about = { ...(offer === null ? {} : { query: offer.id }), offer: offerHash };
    log.warn({ ...about, reason }, "refused");
    // An offer that can't be read, or that this coordinator did not sign, asks nothing that could be written down.
    if (offer !== null && reason !== null) {
      const body = { query: contentHash(offer.query), requester: offer.requester, offer: offerHash, session: offerHash, cause: reason };
      const because = reason === "rule" ? consent?.decide(offer, this.#accepted, nowMs()).because : undefined;
      await ledger
        .append({ kind: "refused", body: because === undefined ? body : { ...body, because } })
        .catch(() => log.error(about, "the refusal could not be written in the ledger"));
    }
    await link.refuse(offerHash, envelope, nowMs() + PATIENCE.wordMs).catch(() => log.warn(about, "the refusal was not taken"));
  }

  /** The data are read, and what is kept of them is made durable, while the others answer. */
  async #takePart(
    accepted: Accepted,
    said: { readonly offer: Envelope; readonly acceptance: Envelope },
    prepared: Prepared,
  ): Promise<Ending> {
    const { link, nowMs, past, consent } = this.#parts;
    const { offer, offerHash } = accepted;
    const contribution = this.#contribution(accepted);
    contribution.catch(() => {});
    const left: LeftSession[] = [];
    for (;;) {
      let session;
      let trail;
      try {
        const formation = await unlessHalted(consent, (halt) => link.accept(offerHash, said.acceptance, offer.expiresAtMs, halt));
        const numbers = { contribution: await contribution, differences: await this.#read(prepared.differences) };
        const kept = await this.#kept(prepared);
        session = this.#parties.get(accepted)!.join(accepted, formation, numbers, nowMs(), left);
        if (consent?.asksBeforeShares === true) await this.#agreed(consent, accepted, said.offer, session, numbers.contribution);
        trail = past.follow(accepted, { offer: said.offer, formation }, session.name, kept);
        this.#parts.log.info({ query: offer.id, offer: offerHash, session: session.name }, "formed");
      } catch (fault) {
        return this.#abandon(accepted, stopOf(fault), isTold(fault));
      }
      const ending = await runSession(session, accepted, trail, this.#parts);
      if (typeof ending === "string") return ending;
      left.push(ending);
    }
  }

  /** Has people asked before this centre's shares leave; a SessionStop when they don't agree in time. */
  async #agreed(consent: ConsentDesk, { offer, offerHash, plan }: Accepted, envelope: Envelope, session: Session, numbers: Contribution) {
    const { setting, sources, nowMs } = this.#parts;
    const { dataset } = plan;
    const patients = sources.get(dataset)!.summary.rows;
    const preview = { centre: setting.identity.name, dataset, patients, rows: previewRows(plan, numbers) };
    const { participants } = session;
    const untilMs = Math.min(session.deadlineMs, nowMs() + session.dealMs - offer.exchangeMs / 2);
    if (!(await consent.agrees(envelope, offer, offerHash, { participants, preview }, untilMs))) throw withdrawn();
  }

  async #kept({ kept }: Prepared): Promise<string> {
    try {
      return await kept;
    } catch (fault) {
      this.#parts.log.error(faultFields(fault), "what is dealt could not be kept");
      throw new SessionStop("ledger", "a centre can't keep what it would deal, and deals nothing without");
    }
  }

  #contribution({ plan }: Accepted): Promise<Contribution> {
    return this.#read(this.#parts.sources.get(plan.dataset)!.contribute(plan));
  }

  async #read<T>(data: Promise<T>): Promise<T> {
    try {
      return await data;
    } catch (fault) {
      this.#parts.log.error(faultFields(fault), "the data could not be read");
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
      .catch(() => log.warn({ query: offer.id, offer: offerHash }, "the stop could not be written in the ledger"));
    if (told && !signal.aborted) {
      const said = { session: offerHash, centre: identity.name, cause: stop.cause, blame: stop.blame };
      await link
        .stop(offerHash, signMessage(STOP, said, identity, scheme), nowMs() + PATIENCE.wordMs)
        .catch(() => log.warn({ query: offer.id, offer: offerHash }, "the stop was not taken"));
    }
    return cause;
  }
}

function shortestPauseMs(fault: unknown): number {
  if (!(fault instanceof LinkFault)) return 0;
  return fault.kind === "blocked" ? BLOCKED_PAUSE_MS : fault.retryAfterMs;
}
