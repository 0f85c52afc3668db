import { DEFAULT_POLICY, type Release } from "@tutti/disclosure";
import {
  createIdentity,
  type Envelope,
  type Identity,
  LABELS,
  publicIdentity,
  sha256,
  signEnvelope,
  toUtf8,
  tweetnaclScheme,
} from "@tutti/envelope";
import { firstRoster, openRoster, ROSTER, signMessage } from "@tutti/protocol";

// A network's keys, and a release that all have signed. For tests only.

export function party(name: string): Identity {
  return createIdentity(name, (bytes) => sha256(toUtf8(name)).subarray(0, bytes));
}

export const COORDINATOR: Identity = party("coordinator");
export const CENTRES: readonly Identity[] = ["a", "b", "c", "d"].map(party);
export const ROSTER_FILE: Envelope = signMessage(
  ROSTER,
  firstRoster({ network: "trial", coordinator: publicIdentity(COORDINATOR), centres: CENTRES.map(publicIdentity) }),
  COORDINATOR,
  tweetnaclScheme,
);

export const RELEASE: Release = {
  dataset: "small@1",
  query: `sha256:${"0".repeat(64)}`,
  roster: openRoster(ROSTER_FILE, tweetnaclScheme).hash,
  policy: DEFAULT_POLICY,
  centres: { invited: 4, contributed: 4, finished: 4 },
  strength: "malicious",
  results: [
    { measure: "n", stratum: {}, count: 25 },
    { measure: "sick", stratum: {}, known: 15, positive: 6, rate: 0.4 },
  ],
};

/** A release as its signers have it. */
export function signed(release: unknown = RELEASE, signers: readonly Identity[] = [...CENTRES, COORDINATOR]): Envelope {
  return signEnvelope(LABELS.release, release, signers, tweetnaclScheme);
}
