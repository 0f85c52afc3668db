import { DEFAULT_POLICY, type Policy, policySchema } from "@tutti/disclosure";
import { EnvelopeFault, type Identity, toBase64 } from "@tutti/envelope";
import { readIdentity, scheme, SecretFileFault } from "@tutti/platform";
import { RosterChain, RosterFault } from "@tutti/protocol";
import type { AgentConfig } from "./config.ts";
import { issueOf, jsonAt } from "./dataset-files.ts";
import { type Pinned, pinnedIn } from "./roster/pinned-roster.ts";
import { RosterFolder } from "./roster/roster-folder.ts";
import { StartProblem } from "./start-problem.ts";

/** The centre's own keys. StartProblem when they are not its own. */
export function identityOf({ identity, passphraseFile, centre }: AgentConfig): Identity {
  let parsed: Identity;
  try {
    parsed = readIdentity(identity, passphraseFile);
  } catch (error) {
    throw error instanceof SecretFileFault ? new StartProblem(error.message) : error;
  }
  if (parsed.name !== centre) throw new StartProblem(`${identity} is the identity of another party than ${centre}: give this centre's own`);
  return parsed;
}

/** `roster.json`. StartProblem when it can't be read. */
export function rosterFileOf({ roster }: AgentConfig): RosterChain {
  try {
    return RosterChain.open(jsonAt(roster), scheme);
  } catch (error) {
    throw error instanceof EnvelopeFault || error instanceof RosterFault ? new StartProblem(`${roster}: ${error.message}`) : error;
  }
}

/** The roster that counts, and what waits for a person. StartProblem when this centre does not stand in it with its own key. */
export function rosterOf(config: AgentConfig, identity: Identity): Pinned {
  const { roster, centre, ledger } = config;
  const pinned = pinnedIn(rosterFileOf(config), new RosterFolder(ledger));
  const waits = pinned.pending.length === 0 ? "ask for a new roster" : "say yes to the one that waits: tutti agent roster";
  const entry = pinned.chain.newest.centres.find(({ name }) => name === centre);
  if (entry === undefined)
    throw new StartProblem(`${roster} has no centre called ${centre}: write the name as the roster does, or ${waits}`);
  if (entry.publicKey !== toBase64(identity.publicKey))
    throw new StartProblem(
      `${roster} has another key for ${centre} than its identity: ask the network for a roster with the new key, or ${waits}`,
    );
  return pinned;
}

/** The centre's own policy, or the default. StartProblem. */
export function policyOf({ policy }: AgentConfig): Policy {
  if (policy === undefined) return DEFAULT_POLICY;
  const parsed = policySchema.safeParse(jsonAt(policy));
  if (!parsed.success) throw new StartProblem(`${policy}: ${issueOf(parsed.error.issues)}`);
  return parsed.data;
}
