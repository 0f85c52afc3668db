import { EnvelopeFault, type SignatureScheme } from "@tutti/envelope";
import { RosterChain, RosterFault } from "@tutti/protocol";

/** The versions of the roster in a file; null when they do not hold. */
export function rostersOf(file: unknown, scheme: SignatureScheme): RosterChain | null {
  try {
    return RosterChain.open(file, scheme);
  } catch (fault) {
    if (fault instanceof EnvelopeFault || fault instanceof RosterFault) return null;
    throw fault;
  }
}
