import { contentHash, type Envelope } from "@tutti/envelope";
import { type Accepted, type Answer, CONSENT, type PastAnswer, REFUSAL, type SessionStop, signMessage, STOP } from "@tutti/protocol";
import type { AgentParts } from "./agent-parts.ts";
import type { AskedQuestion } from "./consent/decisions.ts";
import { faultFields } from "./fault-fields.ts";
import { LinkFault } from "./link-fault.ts";
import { PATIENCE } from "./patience.ts";
import type { Ending } from "./session-run.ts";

/** What is said of an offer outside a session, all but a yes: written down first where it asks something, and given up when it can't be told. */
export class OfferReplies {
  readonly #parts: AgentParts;
  /** Answers whose sessions run. */
  readonly #accepted: ReadonlyMap<string, PastAnswer>;

  constructor(parts: AgentParts, accepted: ReadonlyMap<string, PastAnswer>) {
    this.#parts = parts;
    this.#accepted = accepted;
  }

  /** Says no. */
  async refuse({ envelope, offer, offerHash, reason }: Answer): Promise<void> {
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

  /** Has people asked, and says so; it takes nobody's turn. */
  async hold(envelope: Envelope, { offer, offerHash, envelope: asked }: Answer): Promise<void> {
    const { link, log, nowMs, consent, setting } = this.#parts;
    if (offer === null || consent === undefined) return;
    try {
      await consent.hold(envelope, offer, offerHash, consent.decide(offer, this.#accepted, nowMs()).because);
    } catch (fault) {
      log.error({ query: offer.id, ...faultFields(fault) }, "what people are asked could not be kept");
      const said = { centre: setting.identity.name, offer: offerHash, reason: "ledger" } as const;
      const refusal = signMessage(REFUSAL, said, setting.identity, setting.scheme);
      return this.refuse({ envelope: refusal, accepted: null, reason: "ledger", held: false, offer, offerHash });
    }
    await link
      .consent(offerHash, asked, nowMs() + PATIENCE.wordMs)
      .catch(() => log.warn({ query: offer.id, offer: offerHash }, "what people decided was not taken"));
  }

  /** Tells the coordinator what people have decided; it may have forgotten the question, or not have been told before. */
  tell({ offer, state, untilMs }: AskedQuestion): Promise<void> {
    const { link, log, setting } = this.#parts;
    const { identity, scheme } = setting;
    const about = { centre: identity.name, offer };
    const told =
      state === "approved"
        ? link.consent(offer, signMessage(CONSENT, { ...about, consent: "given" }, identity, scheme), untilMs)
        : link.refuse(offer, signMessage(REFUSAL, { ...about, reason: "rule" }, identity, scheme), untilMs);
    return told.catch((fault: unknown) => {
      // It was told before, and the query has ended since.
      if (fault instanceof LinkFault && fault.kind === "ended") return;
      log.warn({ offer, ...faultFields(fault) }, "what people decided was not taken");
    });
  }

  /** Ends before a session was there. */
  async abandon({ offer, offerHash }: Accepted, stop: SessionStop, told: boolean): Promise<Ending> {
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
