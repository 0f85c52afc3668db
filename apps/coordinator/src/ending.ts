import type { Outcome, Stop, StopCause } from "@tutti/protocol";
import type { Envelope } from "@tutti/envelope";
import type { Reason } from "./offering.ts";

/** How a query ended, for the researcher and for the participants. */
export interface Ending {
  readonly outcome: Outcome;
  /** What happened, in a sentence that says what to do next; null when released. */
  readonly detail: string | null;
  readonly release: Envelope | null;
  /** What participants are told that still say something: a cause, or the outcome. */
  readonly cause: StopCause | "released" | "refused";
}

export function released(release: Envelope): Ending {
  return { outcome: "released", detail: null, release, cause: "released" };
}

/** Too few centres said yes. */
export function notFormed(accepted: number, needed: number, refusals: readonly Reason[]): Ending {
  const few = `${centres(accepted)} would answer, and the strictest policy among them asks for ${needed}`;
  const undecided = refusals.filter((reason) => reason === "undecided").length;
  if (undecided > 0 && accepted + undecided >= needed) return timedOut(`${few}: ${centres(undecided)} did not decide in time`);
  if (refusals.length > 0 && accepted + refusals.length >= needed) {
    const detail = `${few}: ${centres(refusals.length)} refused (${reasons(refusals)}). Ask the network's operator what they object to`;
    return { outcome: "refused", detail, release: null, cause: "refused" };
  }
  return { outcome: "tooFewCentres", detail: `${few}. Ask again when more of them can be reached`, release: null, cause: "tooFewCentres" };
}

/** Too few of those who said yes have dealt, or so few that the session can't safely be formed anew. */
export function dealtTooFew(dealt: number, accepted: number): Ending {
  const detail = `${centres(dealt)} dealt in time of the ${accepted} that had accepted: too few to go on without the others. Ask again when more of them can be reached`;
  return { outcome: "tooFewCentres", detail, release: null, cause: "tooFewCentres" };
}

/** The time is over. */
export function timedOut(detail: string): Ending {
  return {
    outcome: "timedOut",
    detail: `${detail}. Ask again; when it goes on, tell the network's operator`,
    release: null,
    cause: "late",
  };
}

/** The coordinator itself goes down, or came up again. */
export const INTERRUPTED: Ending = {
  outcome: "stopped",
  detail: "the coordinator was stopped before the release was signed, and nothing of it is kept. Ask again",
  release: null,
  cause: "ended",
};

/** An offer was open, or people were asked, under a roster that is not the newest any more. */
export const ROSTER_CHANGED: Ending = {
  outcome: "stopped",
  detail:
    "the network's roster was changed while the centres were asked, and nothing is formed under the one before. Ask again when the centres have said yes to the new one",
  release: null,
  cause: "roster",
};

/** Participants made different releases. */
export const DISAGREEMENT: Ending = {
  outcome: "stopped",
  detail:
    "the centres did not make one and the same release, so none is published. Tell the network's operator: all centres have to run one version",
  release: null,
  cause: "disagreement",
};

/** A participant stopped the session. */
export function stoppedBy({ centre, cause, blame }: Stop): Ending {
  const outcome = cause === "tooFewCentres" ? "tooFewCentres" : cause === "late" ? "timedOut" : "stopped";
  const named = blame.length === 0 ? "" : ` and names ${blame.join(", ")}`;
  return { outcome, detail: `${centre} stopped the session${named}: ${STOPPED[cause]}`, release: null, cause };
}

const REPORT = "Tell the network's operator, and do not ask again before it is explained";
const STOPPED: Readonly<Record<StopCause, string>> = {
  tooFewCentres: "too few centres contributed, or were left to finish. Ask again when more of them can be reached",
  formation: `the list of participants was not what they signed. ${REPORT}`,
  tampered: `a sealed message was altered on its way. ${REPORT}`,
  equivocation: `participants were shown different things. ${REPORT}`,
  opening: `a participant sent wrong shares. ${REPORT}`,
  deal: `a participant dealt numbers that do not add up. ${REPORT}`,
  malformed: "a participant sent something outside the protocol. Tell the network's operator: all centres have to run one version",
  disagreement: `the participants made different releases. ${REPORT}`,
  rollback: `a participant shows an older ledger than before. ${REPORT}`,
  ledger: "it can't write its ledger, and reveals nothing without it. Ask again when its operator has looked at it",
  data: "its own data could not be read. Ask again when its data manager has looked at it",
  rule: "it withdraws: its own rules, or the people there. Ask that centre what it objects to",
  held: "people at some centres are asked first. Wait until they have decided",
  roster: "the network's roster was changed meanwhile. Ask again when the centres have said yes to the new one",
  late: "the session took longer than its offer allows. Ask again",
  ended: "it no longer knew the session. Ask again",
  defect: "a mistake in its program. Tell the network's operator",
};

function centres(count: number): string {
  return count === 1 ? "1 centre" : `${count} centres`;
}

function reasons(refusals: readonly Reason[]): string {
  const counts = new Map<Reason, number>();
  for (const reason of refusals) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${reason}: ${count}`).join(", ");
}
