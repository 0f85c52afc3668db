import { randomBytes } from "node:crypto";
import { createIdentity, type Envelope, formatIdentity, type Identity, publicIdentity } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { firstRoster, ROSTER, signMessage } from "@tutti/protocol";
import { Stop } from "./exit.ts";

/** The keys of a network on this machine, and its signed roster. */
export interface NetworkKeys {
  readonly coordinator: Identity;
  /** In the order of the names. */
  readonly centres: readonly Identity[];
  /** The contents of `roster.json`. */
  readonly roster: Envelope;
}

/** Makes new keys for a network. Stop for a name that can't stand in a roster. */
export function createKeys(names: readonly string[]): NetworkKeys {
  const coordinator = createIdentity(freeName("coordinator", names), randomBytes);
  const centres = names.map((name) => {
    try {
      return createIdentity(name, randomBytes);
    } catch {
      throw new Stop("error", `${JSON.stringify(name.slice(0, 80))} can't be a centre's name: rename its file to 63 characters at most`);
    }
  });
  const value = firstRoster({ network: "sandbox", coordinator: publicIdentity(coordinator), centres: centres.map(publicIdentity) });
  return { coordinator, centres, roster: signMessage(ROSTER, value, coordinator, scheme) };
}

/** The contents of `identity.json`: secret. */
export function identityText(identity: Identity): string {
  return formatIdentity(identity);
}

function freeName(wanted: string, taken: readonly string[]): string {
  return taken.includes(wanted) ? freeName(`${wanted}-`, taken) : wanted;
}
