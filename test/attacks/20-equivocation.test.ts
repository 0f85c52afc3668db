import type { Envelope } from "@tutti/envelope";
import { type Bundle, encodeDelivery, type Offer } from "@tutti/protocol";
import { expect, test } from "vitest";
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
  // Of eight, one may be lost while dealing.
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const deliver: Mischief["deliver"] = (bytes, centre, exchange, bundles) => {
    if (exchange !== 0 || centre < "e") return bytes;
    return encodeDelivery(
      bundles.map((bundle: Bundle | null, i) => (i === 0 ? null : bundle)),
      names.indexOf(centre),
    );
  };
  expect(causes(stopped({ deliver }, smallNetwork({}, names)))).toContain("equivocation");
});
