import { scheme } from "@tutti/platform";
import { type RosterChain, RosterFault, type RosterVersion } from "@tutti/protocol";
import { StartProblem } from "../start-problem.ts";
import type { PinFolder, RosterYes } from "./roster-folder.ts";

/** The versions up to the one that counts at this centre, and those beyond that wait for a person. */
export interface Pinned {
  readonly chain: RosterChain;
  readonly pending: readonly RosterVersion[];
  /** The yes that made it count; null when it was pinned by hand. */
  readonly yes: RosterYes | null;
}

/**
 * Which version counts: the one of `roster.json`, or a later one that a person said yes to. A newer `roster.json` is a yes too: whoever may write
 * there may change the whole configuration.
 * @param file `roster.json`: one version, or a chain
 * @throws StartProblem when `roster.json` and what was pinned before are of different pasts
 */
export function pinnedIn(file: RosterChain, folder: Pick<PinFolder, "pinned" | "told" | "yes">): Pinned {
  const before = folder.pinned();
  const told = folder.told();
  const base = before === null ? file : laterOf(before, file, told);
  const known = told !== null && told.get(base.newest.hash) !== null ? told : base;
  const yes = folder.yes();
  const counts = yes !== null && yes.version > base.newest.version && known.get(yes.roster)?.version === yes.version;
  const version = counts ? yes.version : base.newest.version;
  return { chain: known.upTo(version), pending: known.after(version), yes: counts ? yes : null };
}

/** What was pinned before and `roster.json` are two versions of one past, perhaps by way of what the coordinator told. */
function laterOf(before: RosterChain, file: RosterChain, told: RosterChain | null): RosterChain {
  const [pinned, given] = [before.newest, file.newest];
  if (given.version <= pinned.version) {
    if (before.get(given.hash) !== null) return before;
  } else {
    if (told?.get(given.hash) != null && told.get(pinned.hash) !== null) return told.upTo(given.version);
    try {
      return before.joined(file, scheme);
    } catch (fault) {
      if (!(fault instanceof RosterFault)) throw fault;
    }
  }
  throw new StartProblem(
    `roster.json has version ${given.version}, which is not of the past of version ${pinned.version} that this centre has pinned: use the whole roster.json of the network, with all its versions; if it is that one, put back the one that was there, and ask the network's operator`,
  );
}
