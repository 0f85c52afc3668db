import { contentHash, type Envelope } from "@tutti/envelope";
import {
  type Bundle,
  decodeBundle,
  encodeDelivery,
  FORMATION,
  type LeftSession,
  OFFER,
  type Offer,
  type Session,
  signMessage,
} from "@tutti/protocol";
import { describe, expect, test } from "vitest";
import { scheme } from "@tutti/platform";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";
import type { Ended, Mischief } from "../world/world.ts";

// The coordinator shows different things to different centres: the session stops before anything opens.

function stopped(mischief: Mischief, world = smallNetwork()): Ended {
  const ended = world.ask(EVERYTHING, mischief);
  expect(ended.releases.size).toBe(0);
  expect(ended.records.size).toBe(0);
  return ended;
}
const causes = ({ stops }: Ended): Set<string> => new Set([...stops.values()].map(({ cause }) => cause));

test("another purpose for one centre", () => {
  const alter = (offer: Offer, centre: string): Offer =>
    centre === "c" ? { ...offer, query: { ...offer.query, purpose: "harmless" } } : offer;
  expect(causes(stopped({ offer: alter }))).toContain("formation");
});

test("another query for one centre", () => {
  const where = { variable: "sex", is: "F" };
  const alter = (offer: Offer, centre: string): Offer => (centre === "c" ? { ...offer, query: { ...offer.query, where } } : offer);
  expect(causes(stopped({ offer: alter }))).toContain("formation");
});

test("a list of participants of its own for each half", () => {
  const alter = (acceptances: readonly Envelope[], centre: string): readonly Envelope[] =>
    centre < "d" ? acceptances.slice(0, 6) : acceptances.slice(0, 5);
  const ended = stopped({ acceptances: alter });
  expect(ended.stops.size).toBe(6);
  expect(ended.exchanges).toBeLessThanOrEqual(1);
});

test("a participant out of order, or twice", () => {
  expect(causes(stopped({ acceptances: (acceptances) => acceptances.toReversed() }))).toEqual(new Set(["formation"]));
  expect(causes(stopped({ acceptances: (acceptances) => [acceptances[0]!, ...acceptances] }))).toEqual(new Set(["formation"]));
});

test("a centre that is gone for some and there for others", () => {
  // Of eight, one may be lost after the deal.
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const deliver: Mischief["deliver"] = (bytes, centre, exchange, bundles) => {
    if (exchange !== 1 || centre < "e") return bytes;
    return encodeDelivery(
      bundles.map((bundle: Bundle | null, i) => (i === 0 ? null : bundle)),
      names.indexOf(centre),
    );
  };
  expect(causes(stopped({ deliver }, smallNetwork({}, names)))).toContain("equivocation");
});

test("a deal that is shown whole to some, and without one centre to others", () => {
  const deliver: Mischief["deliver"] = (bytes, centre, exchange, bundles) => {
    if (exchange !== 0 || centre < "e") return bytes;
    return encodeDelivery(
      bundles.map((bundle: Bundle | null, i) => (i === 0 ? null : bundle)),
      ["a", "b", "c", "d", "e", "f", "g"].indexOf(centre),
    );
  };
  expect(causes(stopped({ deliver }))).toContain("formation");
});

describe("two sessions of one offer, in both of which centres have dealt", () => {
  /** Each of twelve centres with what it accepted, and the formation of some of them. */
  function dealt(): { readonly join: (name: string, of: readonly string[], left?: readonly LeftSession[]) => Session } {
    const names = Array.from({ length: 12 }, (_, i) => `c${String(i + 1).padStart(2, "0")}`);
    const world = smallNetwork({}, names);
    const offer = world.offerOf(EVERYTHING);
    const envelope = signMessage(OFFER, offer, world.coordinator, scheme);
    const answers = new Map(names.map((name) => [name, world.centres.get(name)!.consider(envelope, world.nowMs)]));
    const formation = (of: readonly string[]): Envelope =>
      signMessage(
        FORMATION,
        { offer: contentHash(offer), acceptances: of.map((name) => answers.get(name)!.envelope) },
        world.coordinator,
        scheme,
      );
    return {
      join: (name, of, left = []) =>
        world.centres.get(name)!.join(answers.get(name)!.accepted!, formation(of), world.nowMs, null, left) as Session,
    };
  }
  const names = Array.from({ length: 12 }, (_, i) => `c${String(i + 1).padStart(2, "0")}`);
  const leave = (session: Session): LeftSession => {
    session.start();
    return session.leave()!;
  };

  test("one that has dealt goes over to a part of the others, as long as what it leaves can open nothing", () => {
    const { join } = dealt();
    const left = leave(join("c01", names));
    expect(join("c01", names.slice(0, 11), [left]).participants).toHaveLength(11);
    expect(join("c01", names.slice(0, 6), [left]).participants).toHaveLength(6);
    // With five, seven honest ones and three that lie in both could open the first session as well.
    expect(() => join("c01", names.slice(0, 5), [left])).toThrow("could still be opened");
    expect(() => join("c01", names, [left])).toThrow("could still be opened");
  });

  test("one that has said more than its deal stays", () => {
    const { join } = dealt();
    const sessions = names.map((name) => join(name, names));
    const bundles = sessions.map((session) => {
      const step = session.start();
      return step.kind === "exchange" ? decodeBundle(step.bundle, names.length) : null;
    });
    expect(sessions[0]!.heard(encodeDelivery(bundles, 0))).toMatchObject({ kind: "exchange", exchange: 1 });
    expect(sessions[0]!.leave()).toBeNull();
  });
});
