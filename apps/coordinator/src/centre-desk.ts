import { type Envelope, EnvelopeFault, type Sha256 } from "@tutti/envelope";
import {
  ACCEPTANCE,
  CONSENT,
  type HistoryItem,
  type LogEntry,
  logEntry,
  type MessageKind,
  openMessage,
  REFUSAL,
  type Said,
  STOP,
  WAIT_MS,
} from "@tutti/protocol";
import { within } from "./clock.ts";
import { ProblemFault } from "./problem-fault.ts";
import type { CourseSetting } from "./query-course.ts";
import type { QueryRun } from "./query-run.ts";
import type { KeptSession } from "./store.ts";

/** What centres say and are given, each of which has signed its request. Each method is one endpoint; each throws ProblemFaults. */
export class CentreDesk {
  readonly #setting: Omit<CourseSetting, "onUnwritten">;

  constructor(setting: Omit<CourseSetting, "onUnwritten">) {
    this.#setting = setting;
  }

  /** The offers that a centre has not answered yet, as soon as there are any. */
  async offersTo(centre: string, hungUp: AbortSignal): Promise<readonly Envelope[]> {
    this.#setting.lifetime.demandRunning();
    const offers = await this.#setting.offers.wait(centre, hungUp);
    this.#setting.lifetime.demandRunning();
    return offers;
  }

  /** Takes a centre's answer to an offer; after a yes waits for the formation, null means not yet. */
  async answer(centre: string, offerHex: string, envelope: Envelope): Promise<Envelope | null> {
    const run = this.#setting.courses.ofOffer(offerHex)?.run;
    if (run === undefined) throw unknown();
    const offerHash = `sha256:${offerHex}`;
    if (envelope.payloadType.endsWith(".refusal+json")) {
      const { value, by } = this.#open(REFUSAL, envelope, run);
      // A centre that could not read the offer can't know its hash.
      if (by !== centre || value.centre !== centre || (value.offer !== offerHash && value.reason !== "altered")) throw mismatched();
      this.#setting.log.warn({ query: run.id, centre, reason: value.reason }, "refused");
      if (run.answers.isOffered(offerHash) || run.answers.isDeciding(centre)) run.answers.refuse(centre, value.reason);
      return null;
    }
    if (envelope.payloadType.endsWith(".consent+json")) {
      const { value, by } = this.#open(CONSENT, envelope, run);
      if (by !== centre || value.centre !== centre || value.offer !== offerHash) throw mismatched();
      if (value.consent === "given") run.answers.consent(centre);
      else if (run.answers.isOffered(offerHash)) run.answers.hold(centre);
      return null;
    }
    const { value: acceptance, by } = this.#open(ACCEPTANCE, envelope, run);
    if (by !== centre || acceptance.centre !== centre || acceptance.offer !== offerHash) throw mismatched();
    run.answers.demandOffered(offerHash);
    run.answers.accept(centre, { acceptance, envelope });
    run.answers.demandOffered(offerHash);
    if (run.isOpen && run.formation === null) await within(run.formed, WAIT_MS, this.#setting.clock);
    run.answers.demandOffered(offerHash);
    if (run.isOpen && run.formation === null) return null;
    run.sessionOf(centre);
    return run.formation;
  }

  /** Takes a centre's bundle, and gives what it gets of the exchange; null means not yet. */
  async exchange(centre: string, session: string, exchange: number, bytes: Uint8Array): Promise<Uint8Array | null> {
    const run = this.#setting.courses.ofSession(session)?.run;
    if (run === undefined) throw unknown();
    const posted = run.sessionOf(centre, session).post(centre, exchange, bytes);
    const early = posted.delivery();
    if (early !== null) return early;
    await within(posted.over, WAIT_MS, this.#setting.clock);
    const delivery = posted.delivery();
    // It has ended, or was formed anew: then this says so.
    if (delivery === null) run.sessionOf(centre, session);
    return delivery;
  }

  /** Takes the release as a participant signed it, and gives the one that all have signed; null means not yet. */
  async release(centre: string, session: string, envelope: Envelope): Promise<Envelope | null> {
    const run = this.#setting.courses.ofSession(session)?.run;
    if (run === undefined) return this.#kept(centre, session);
    if (run.ending?.release == null) {
      try {
        run.sessionOf(centre, session).sign(centre, envelope);
      } catch (fault) {
        throw fault instanceof EnvelopeFault ? new ProblemFault("not-understood", fault.message) : fault;
      }
      if (run.isOpen) await within(run.over, WAIT_MS, this.#setting.clock);
    }
    if (run.ending !== null && run.ending.release === null) throw run.ended();
    return run.ending?.release ?? null;
  }

  /** The release of a session from before a restart, for those who have signed it. */
  async #kept(centre: string, session: string): Promise<Envelope> {
    const release = await this.#setting.store.releasedIn(session);
    if (release === null || release.signatures.every(({ keyid }) => keyid !== centre)) throw unknown();
    return release;
  }

  /** Takes records of sessions that came to no release, and gives what a centre does not know of a dataset's past. */
  async history(dataset: string, marks: readonly string[], records: readonly HistoryItem[]): Promise<readonly HistoryItem[]> {
    const { store, clock, sha256, past } = this.#setting;
    for (const item of records) {
      await past.add(item, async (told) => {
        if (told !== null) await store.keep(told, [entryOf(told, clock.nowMs(), sha256)]);
      });
    }
    return past.beyond(dataset, marks);
  }

  /** Takes a participant's stop. */
  stop(centre: string, session: string, envelope: Envelope): void {
    const { courses, log } = this.#setting;
    const course = courses.ofSession(session) ?? courses.ofOffer(session);
    if (course === null) throw unknown();
    const { run, entries } = course;
    const { value, by } = this.#open(STOP, envelope, run);
    if (by !== centre || value.centre !== centre || (value.session !== session && value.session !== `sha256:${session}`))
      throw mismatched();
    log.warn({ query: run.id, centre, cause: value.cause, blame: value.blame }, "stopped");
    if (run.isOpen) entries.stopped(value.session, envelope);
    run.stop(value);
  }

  #open<T>(kind: MessageKind<T>, envelope: Envelope, { centreKeys }: QueryRun): Said<T> {
    try {
      return openMessage(kind, envelope, centreKeys, this.#setting.scheme);
    } catch (fault) {
      throw fault instanceof EnvelopeFault ? new ProblemFault("not-understood", fault.message) : fault;
    }
  }
}

/** What the public log says of a session that a centre told of. */
function entryOf({ session, item: { release, record } }: KeptSession, atMs: number, hash: Sha256): LogEntry {
  return release === null ? logEntry("record", session, record!, atMs, hash) : logEntry("release", session, release, atMs, hash);
}

function unknown(): ProblemFault {
  return new ProblemFault("ended", "nothing is known of this session or offer any more: leave it", "ended");
}

function mismatched(): ProblemFault {
  return new ProblemFault(
    "not-understood",
    "the message is not by the centre that sends it, or about something else than its address says",
  );
}
