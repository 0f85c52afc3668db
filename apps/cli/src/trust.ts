import { Stop } from "./exit.ts";
import type { Keys } from "./keys.ts";
import type { Services } from "./services.ts";

// Keys and rosters come from @tutti/envelope and @tutti/protocol, asking and verifying from @tutti/client. They are not there yet:
// everything that the command needs of them is in this file.
function notYet(): never {
  throw new Stop("error", "this build has no keys and no client yet, so no network can be started or asked");
}

export const keys: Keys = { createIdentity: notYet, signRoster: notYet };
export const ask: Services["ask"] = async () => notYet();
export const checklist: Services["checklist"] = notYet;
