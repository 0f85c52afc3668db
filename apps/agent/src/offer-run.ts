import type { Envelope } from "@tutti/envelope";
import { type Accepted, type LeftSession, type Session, SessionStop } from "@tutti/protocol";
import type { Contribution } from "@tutti/query";
import type { AgentParts } from "./agent-parts.ts";
import type { ConsentDesk } from "./consent/consent-desk.ts";
import { unlessHalted, withdrawn } from "./consent/halting.ts";
import { faultFields } from "./fault-fields.ts";
import type { Prepared } from "./guard/past.ts";
import type { OfferReplies } from "./offer-replies.ts";
import { previewRows } from "./preview.ts";
import { type Ending, runSession } from "./session-run.ts";
import type { StandingParty } from "./standing-party.ts";
import { isTold, stopOf } from "./stopping.ts";

/** Takes part in the sessions that are formed of offers that were accepted. */
export class OfferRun {
  readonly #parts: AgentParts;
  readonly #party: StandingParty;
  readonly #replies: OfferReplies;

  constructor(parts: AgentParts, party: StandingParty, replies: OfferReplies) {
    this.#parts = parts;
    this.#party = party;
    this.#replies = replies;
  }

  /** The data are read, and what is kept of them is made durable, while the others answer. */
  async run(accepted: Accepted, said: { readonly offer: Envelope; readonly acceptance: Envelope }, prepared: Prepared): Promise<Ending> {
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
        session = this.#party.of(accepted).join(accepted, formation, numbers, nowMs(), left);
        if (consent?.asksBeforeShares === true) await this.#agreed(consent, accepted, said.offer, session, numbers.contribution);
        trail = past.follow(accepted, { offer: said.offer, formation }, session.name, kept);
        this.#parts.log.info({ query: offer.id, offer: offerHash, session: session.name }, "formed");
      } catch (fault) {
        return this.#replies.abandon(accepted, stopOf(fault), isTold(fault));
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
}
