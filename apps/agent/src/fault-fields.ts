import { EnvelopeFault } from "@tutti/envelope";
import { faultFields as fieldsOf, type FaultFields } from "@tutti/platform";
import { SessionStop } from "@tutti/protocol";
import { KeptSetsFault } from "./guard/kept-sets.ts";
import { LinkFault } from "./link-fault.ts";
import { SourceError } from "./source/source-error.ts";

/** The faults of this program whose messages are written for people, and hold nothing secret. */
const OURS = [LinkFault, SessionStop, EnvelopeFault, KeptSetsFault, SourceError] as const;

/** What may be logged of a failure. */
export function faultFields(error: unknown): FaultFields {
  return fieldsOf(error, OURS);
}
