import { SessionStop, STOP_CAUSES, type StopCause } from "@tutti/protocol";
import { LinkFault } from "./link-fault.ts";

/** What ends a session after this failure. */
export function stopOf(fault: unknown): SessionStop {
  if (fault instanceof SessionStop) return fault;
  if (!(fault instanceof LinkFault)) return new SessionStop("defect", "the agent made a mistake in this session: please report it");
  return new SessionStop(causeOf(fault), fault.message);
}

/** Whether the session was formed anew, for not all had dealt. */
export function isFormedAnew(fault: unknown): boolean {
  return fault instanceof LinkFault && fault.kind === "formed-anew";
}

/** Whether the others are told of a stop after this failure: not when the coordinator ended the session, or it goes on without this centre. */
export function isTold(fault: unknown): boolean {
  return !(fault instanceof LinkFault);
}

function causeOf({ kind, outcome }: LinkFault): StopCause {
  if (kind === "too-late" || kind === "unreachable" || kind === "blocked") return "late";
  if (kind !== "ended") return "ended";
  return STOP_CAUSES.find((cause) => cause === outcome) ?? (outcome === "timedOut" ? "late" : "ended");
}
