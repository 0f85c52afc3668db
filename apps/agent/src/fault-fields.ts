import { EnvelopeFault } from "@tutti/envelope";
import { SessionStop } from "@tutti/protocol";
import type { AgentFields } from "./agent-log.ts";
import { KeptSetsFault } from "./guard/kept-sets.ts";
import { LinkFault } from "./link-fault.ts";
import { SourceError } from "./source/database.ts";

/** The faults of this program whose messages are written for people, and hold nothing secret. */
const OURS = [LinkFault, SessionStop, EnvelopeFault, KeptSetsFault, SourceError];

/** What may be logged of a failure: our own sentence; of any other error only its kind and where it happened, since its message may hold anything. */
export function faultFields(error: unknown): Pick<AgentFields, "fault" | "problem" | "places"> {
  if (!(error instanceof Error)) return { fault: "unknown" };
  if (OURS.some((kind) => error instanceof kind)) return { fault: error.name, problem: error.message };
  return { fault: error.name, places: placesOf(error) };
}

/** The places of a stack, without the message before them: none when the message can't be told from them. */
export function placesOf({ message, stack = "" }: Error): string {
  const at = stack.indexOf(message);
  const after = at < 0 ? "" : stack.slice(at + message.length);
  return after
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}
