import { contentHash, type Envelope } from "@tutti/envelope";
import { type Accepted, type LeftSession, RESULT_EXCHANGE, type Session, SessionStop, type Step, type StopCause } from "@tutti/protocol";
import type { AgentEvent, AgentLog } from "./agent-log.ts";
import type { ConsentDesk } from "./consent/consent-desk.ts";
import { unlessHalted, withdrawn } from "./consent/halting.ts";
import type { CoordinatorLink } from "./coordinator-link.ts";
import { faultFields } from "./fault-fields.ts";
import type { Ledger } from "./ledger-file.ts";
import { PATIENCE } from "./patience.ts";
import type { Trail } from "./guard/trail.ts";
import type { LogWatch } from "./log-watch.ts";
import { isFormedAnew, isTold, stopOf } from "./stopping.ts";

/** What runs a session. */
export interface SessionHost {
  readonly link: CoordinatorLink;
  readonly ledger: Ledger;
  readonly watch: Pick<LogWatch, "expect">;
  readonly nowMs: () => number;
  readonly log: AgentLog;
  /** Aborts when the agent ends. */
  readonly signal: AbortSignal;
  /** Where rules and people decide; without it, the centre answers everything. */
  readonly consent?: ConsentDesk | undefined;
}

/** How a session ended for this agent. */
export type Ending = "released" | "shutdown" | StopCause;

/**
 * Takes a session from its first step to its release or its stop, or leaves it after its deal when it was formed anew; never throws, and ends when the
 * offer expires.
 */
export async function runSession(session: Session, accepted: Accepted, trail: Trail, host: SessionHost): Promise<Ending | LeftSession> {
  const { link, ledger, nowMs, signal, consent } = host;
  const { offer, offerHash } = accepted;
  const { participants } = session;
  const question = { query: contentHash(offer.query), requester: offer.requester, offer: offerHash, session: session.name };
  const agreed = consent?.agreedTo(offer) ?? {};
  /** The history first: an answer in the ledger that the history does not know is one that was lost. */
  const recorded = async (cells: readonly number[] | null): Promise<void> => {
    if (cells !== null) await trail.record(cells);
    // A participant without points can't know what opens; the others' records tell it.
    const sets = cells === null ? {} : { sets: trail.sets };
    await ledger.append({ kind: "answered", body: { ...question, participants, policy: contentHash(session.policy), ...sets, ...agreed } });
  };
  let step = session.start();
  let told = true;
  for (;;) {
    switch (step.kind) {
      case "exchange":
        try {
          step = session.heard(await delivered(session, step, accepted, host));
        } catch (fault) {
          const left = isFormedAnew(fault) ? session.leave() : null;
          if (left !== null) {
            trail.ended();
            return left;
          }
          told = isTold(fault);
          step = session.stop(stopOf(fault));
        }
        break;
      case "record": {
        if (consent?.isStopped === true) {
          step = session.stop(withdrawn());
          break;
        }
        step = await recorded(step.cells).then(
          () => session.recorded(),
          () => session.stop(new SessionStop("ledger", "the ledger can't be written, and nothing is revealed without it")),
        );
        break;
      }
      case "release": {
        if (consent?.isStopped === true) {
          step = session.stop(withdrawn());
          break;
        }
        const deed = { kind: "released", body: { ...question, release: contentHash(step.release), ...agreed } } as const;
        const kept = published(session, step.envelope, trail, host);
        await Promise.all([
          noted(ledger.append(deed), host, "the release could not be written in the ledger"),
          noted(kept, host, "the release that all have signed did not come"),
        ]);
        trail.ended();
        return "released";
      }
      case "stopped": {
        trail.ended();
        const cause = signal.aborted ? "shutdown" : step.stop.cause;
        const deed = { kind: "abandoned", body: { ...question, cause, participants } } as const;
        await Promise.all([
          noted(ledger.append(deed), host, "the stop could not be written in the ledger"),
          told && !signal.aborted
            ? noted(link.stop(session.name, step.envelope, nowMs() + PATIENCE.wordMs), host, "the stop was not taken")
            : null,
        ]);
        return cause;
      }
    }
  }
}

type Exchange = Extract<Step, { kind: "exchange" }>;

/** Rejects with a stop when the centre's people stop it: before a bundle is posted, or while others' are waited for. */
async function delivered(session: Session, { exchange, bundle }: Exchange, { offer }: Accepted, host: SessionHost): Promise<Uint8Array> {
  const { link, consent } = host;
  const exchangeMs = exchange === 0 ? session.dealMs : offer.exchangeMs;
  const patienceMs = exchange === RESULT_EXCHANGE ? Infinity : exchangeMs + PATIENCE.exchangeSlackMs;
  const deadlineMs = Math.min(session.deadlineMs, host.nowMs() + patienceMs);
  const postedMs = host.nowMs();
  const delivery = await unlessHalted(consent, (halt) => link.exchange(session.name, exchange, bundle, deadlineMs, halt));
  host.log.debug({ query: offer.id, session: session.name, exchange, tookMs: host.nowMs() - postedMs }, "exchanged");
  return delivery;
}

/** Hands in the release, keeps the one that all have signed, and says that it has to be in the coordinator's log. */
async function published({ name, deadlineMs }: Session, own: Envelope, trail: Trail, { link, watch }: SessionHost): Promise<void> {
  const release = await link.release(name, own, deadlineMs);
  await trail.released(release);
  watch.expect(name, release);
}

/** Waits for something whose failure changes nothing any more. */
async function noted(work: Promise<unknown>, { log, signal }: SessionHost, failed: AgentEvent<"warn">): Promise<void> {
  try {
    await work;
  } catch (fault) {
    if (!signal.aborted) log.warn(faultFields(fault), failed);
  }
}
