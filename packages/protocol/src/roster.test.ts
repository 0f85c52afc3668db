import {
  createIdentity,
  type Envelope,
  EnvelopeFault,
  type Identity,
  publicIdentity,
  sha256,
  toUtf8,
  tweetnaclScheme,
} from "@tutti/envelope";
import { expect, test } from "vitest";
import * as fc from "fast-check";
import { signMessage } from "./message.ts";
import { formatPublicLine, parsePublicLine } from "./public-line.ts";
import { firstRoster, openRoster, type PinnedRoster, ROSTER, type Roster, rosterFingerprint } from "./roster.ts";
import { enrolled, removed, replaced, revoked, rotated } from "./roster-change.ts";
import { RosterChain } from "./roster-chain.ts";
import { RosterFault } from "./roster-step.ts";
import { rotationTo } from "./rotation.ts";

const scheme = tweetnaclScheme;
const keyOf = (name: string, seed = name): Identity => createIdentity(name, (bytes) => sha256(toUtf8(seed)).subarray(0, bytes));
const coordinator = keyOf("coordinator");
const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => keyOf(name)) as [Identity, Identity, Identity, Identity];
const first = firstRoster({ network: "trial", coordinator: publicIdentity(coordinator), centres: [a, b, c].map(publicIdentity) });
const sign = (roster: Roster, by: Identity = coordinator): Envelope => signMessage(ROSTER, roster, by, scheme);
const one = sign(first);
const pinned = openRoster(one, scheme);
const newA = keyOf("a", "another key of a");
const rotation = rotationTo(a, newA, scheme);

/** The fault of a version after the first, as its kind. */
function faultOf(second: Roster, by = coordinator): string {
  try {
    RosterChain.open([one, sign(second, by)], scheme);
    return "none";
  } catch (fault) {
    if (fault instanceof RosterFault) return fault.kind;
    if (fault instanceof EnvelopeFault) return `envelope ${fault.kind}`;
    throw fault;
  }
}

test.each<[string, Roster, readonly string[]]>([
  ["a centre joins", enrolled(pinned, publicIdentity(d)), ["added d"]],
  ["a centre leaves", removed(pinned, "b"), ["removed b"]],
  ["a centre changes its key", rotated(pinned, publicIdentity(newA), rotation), ["rotated a"]],
  ["a centre has lost its key", revoked(pinned, "a"), ["revoked a"]],
  ["a centre has lost its key and made another", replaced(pinned, publicIdentity(newA)), ["replaced a"]],
  ["nothing", { ...removed(pinned, "b"), centres: pinned.centres }, []],
])("%s: the change is told as what it is", (_, second, expected) => {
  const chain = RosterChain.open([one, sign(second)], scheme);
  expect(chain.versions[1]!.changes!.map(({ what, name }) => `${what} ${name}`)).toEqual(expected);
  expect(chain.newest).toMatchObject({ version: 2, previous: pinned.hash });
});

test.each<[string, string, Roster, Identity?]>([
  ["another network's", "network", { ...enrolled(pinned, publicIdentity(d)), network: "other" }],
  ["of another past", "order", { ...removed(pinned, "b"), previous: `sha256:${"0".repeat(64)}` }],
  ["with a version left out", "order", { ...removed(pinned, "b"), version: 3 }],
  ["signed by a centre", "envelope unsigned", removed(pinned, "b"), a],
  ["of another coordinator", "coordinator", { ...removed(pinned, "b"), coordinator: publicIdentity(keyOf("other")) }, keyOf("other")],
  [
    "of a coordinator whose key nobody vouches for",
    "coordinator",
    { ...removed(pinned, "b"), coordinator: publicIdentity(keyOf("coordinator", "x")) },
    keyOf("coordinator", "x"),
  ],
  [
    "in which a key changes and the old one is not given up",
    "revoked",
    { ...rotated(pinned, publicIdentity(newA), rotation), revoked: [] },
  ],
  [
    "with another's rotation",
    "rotation",
    { ...rotated(pinned, publicIdentity(newA), rotation), rotations: [rotationTo(keyOf("a", "x"), newA, scheme)] },
  ],
  [
    "with a rotation to a third key",
    "rotation",
    { ...rotated(pinned, publicIdentity(newA), rotation), rotations: [rotationTo(a, keyOf("a", "y"), scheme)] },
  ],
  ["with a rotation that changes nothing", "rotation", { ...removed(pinned, "b"), rotations: [rotation] }],
])("a version %s does not follow: %s", (_, kind, second, by) => {
  expect(faultOf(second, by)).toBe(kind);
});

test("the coordinator itself may change its key, by the old one's word", () => {
  const next = keyOf("coordinator", "another key of the coordinator");
  const second = rotated(pinned, publicIdentity(next), rotationTo(coordinator, next, scheme));
  expect(RosterChain.open([one, sign(second, next)], scheme).versions[1]!.changes).toMatchObject([
    { what: "rotated", name: "coordinator" },
  ]);
  expect(faultOf(second, coordinator)).toBe("envelope signature");
});

test("a key that was given up comes back in no version", () => {
  const second = openRoster(sign(revoked(pinned, "a")), scheme);
  expect(() => enrolled(second, publicIdentity(a))).toThrow("given up");
  const third = { ...enrolled(second, publicIdentity(d)), revoked: [] };
  expect(() => RosterChain.open([one, sign(revoked(pinned, "a")), sign(third)], scheme)).toThrow(RosterFault);
});

test("what can't be changed is said", () => {
  expect(() => enrolled(pinned, publicIdentity(newA))).toThrow("use rotate");
  expect(() => enrolled(pinned, { ...publicIdentity(a), name: "e" })).toThrow("another party's");
  expect(() => removed(pinned, "e")).toThrow("no centre called e");
});

test("a chain knows each version by its hash, and two of one past are joined", () => {
  const second = sign(enrolled(pinned, publicIdentity(d)));
  const third = sign(removed(openRoster(second, scheme), "a"));
  const chain = RosterChain.open([one, second, third], scheme);
  expect(chain.get(pinned.hash)!.version).toBe(1);
  expect(chain.after(1).map(({ roster }) => roster.version)).toEqual([2, 3]);
  fc.assert(
    fc.property(fc.tuple(fc.nat(2), fc.nat(2)), fc.tuple(fc.nat(2), fc.nat(2)), (x, y) => {
      const part = (ends: readonly [number, number]): RosterChain =>
        RosterChain.open(chain.envelopes.slice(Math.min(...ends), Math.max(...ends) + 1), scheme);
      const [from, to] = [Math.min(...x, ...y), Math.max(...x, ...y)];
      const hasGap = Math.max(...x) + 1 < Math.min(...y) || Math.max(...y) + 1 < Math.min(...x);
      if (hasGap) expect(() => part(x).joined(part(y), scheme)).toThrow(RosterFault);
      else expect(part(x).joined(part(y), scheme).envelopes).toEqual(chain.envelopes.slice(from, to + 1));
    }),
    { numRuns: 30 },
  );
});

test("two versions of one number are of no one past", () => {
  const other = RosterChain.open([one, sign(removed(pinned, "a"))], scheme);
  const mine = RosterChain.open([one, sign(removed(pinned, "b"))], scheme);
  expect(() => mine.joined(other, scheme)).toThrow("two rosters of one version");
});

test("each version has its own fingerprint", () => {
  const second: PinnedRoster = openRoster(sign(removed(pinned, "a")), scheme);
  expect(rosterFingerprint(pinned)).toMatch(/^\d{5}( \d{5}){5}$/);
  expect(rosterFingerprint(second)).not.toBe(rosterFingerprint(pinned));
});

test("a public line reads back; anything else is none", () => {
  expect(parsePublicLine(`${formatPublicLine(publicIdentity(newA), rotation)}\n`)).toEqual({
    format: "tutti/1/public-line",
    ...publicIdentity(newA),
    rotation,
  });
  expect(parsePublicLine(formatPublicLine(publicIdentity(b), null))).not.toHaveProperty("rotation");
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => parsePublicLine(text)).toThrow(EnvelopeFault);
    }),
  );
});
