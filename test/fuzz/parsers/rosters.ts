import { createIdentity, type Envelope, EnvelopeFault, publicIdentity, toUtf8 } from "@tutti/envelope";
import { scheme, sha256 } from "@tutti/platform";
import {
  enrolled,
  openRoster,
  removed,
  ROSTER,
  RosterChain,
  RosterFault,
  rotated,
  rotationTo,
  revoked,
  type Roster,
  signMessage,
} from "@tutti/protocol";
import type { Draw } from "../draw.ts";
import { mutatedJson, mutatedText } from "../mutation.ts";
import { outcomeOf, type Target } from "../target.ts";
import { centreNamed, roster, rosterFile, stranger, world } from "./examples.ts";
import { jsonOf, signedOr } from "./reading.ts";

/** A chain of five versions: a centre more, one with a new key, one whose key is revoked, and one that has left. */
const versions: readonly Envelope[] = (() => {
  const chain = [rosterFile];
  const add = (next: (before: ReturnType<typeof openRoster>) => Roster): void => {
    chain.push(signMessage(ROSTER, next(openRoster(chain.at(-1), scheme)), world.coordinator, scheme));
  };
  const anew = createIdentity("a", (bytes) => sha256(toUtf8("a anew")).subarray(0, bytes));
  add((before) => enrolled(before, publicIdentity(stranger)));
  add((before) => rotated(before, publicIdentity(anew), rotationTo(centreNamed("a"), anew, scheme)));
  add((before) => revoked(before, "b"));
  add((before) => removed(before, "c"));
  return chain;
})();
const whole = RosterChain.open(versions, scheme);

/** A chain whose versions are as they were but for one: changed, signed again after a change, left out, doubled, or in another's place. */
function chainOf(draw: Draw): string {
  const at = draw.below(versions.length);
  const other = draw.of(versions);
  switch (draw.below(6)) {
    case 0:
      return mutatedText(draw, versions);
    case 1:
      return JSON.stringify(versions.toSpliced(at, 1));
    case 2:
      return JSON.stringify(versions.toSpliced(at, 0, other));
    case 3:
      return JSON.stringify(versions.with(at, other));
    default: {
      const said: unknown = JSON.parse(Buffer.from(versions[at]!.payload, "base64").toString());
      try {
        const signed = signMessage(ROSTER, mutatedJson(draw, said) as never, draw.once(4) ? stranger : world.coordinator, scheme);
        return JSON.stringify(versions.with(at, signed));
      } catch {
        return "null"; // What canonical JSON can't write can't be signed either.
      }
    }
  }
}

/** Who is in a network, and how that changes. */
export const ROSTERS: readonly Target[] = [
  {
    name: "roster",
    share: 4,
    make: (draw) => signedOr(draw, ROSTER.label, roster, [world.coordinator]),
    run: (text) => outcomeOf(() => openRoster(jsonOf(text as string), scheme), EnvelopeFault),
  },
  {
    name: "roster chain",
    share: 2,
    make: (draw) => (draw.once(50) ? JSON.stringify(versions.slice(draw.below(3), 3 + draw.below(3))) : chainOf(draw)),
    run: (text) => {
      const read = (): RosterChain => RosterChain.open(jsonOf(text as string), scheme);
      const opened = outcomeOf(read, EnvelopeFault, RosterFault);
      if (opened !== "taken") return opened;
      const chain = read();
      if (chain.versions.some(({ roster: { version } }, i) => version !== chain.versions[0]!.roster.version + i))
        throw new Error("a chain with a gap was taken");
      return `taken, joined: ${outcomeOf(() => whole.joined(chain, scheme), EnvelopeFault, RosterFault)}`;
    },
  },
];
