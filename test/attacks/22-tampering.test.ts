import { type Bundle, encodeDelivery } from "@tutti/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";
import type { Ended, Mischief } from "../world/world.ts";

// Bits of any message flipped, messages dropped, doubled, swapped: nothing wrong is ever released, and no centre crashes.

const centres = ["a", "b", "c", "d", "e", "f", "g"];
const honest = smallNetwork().ask(EVERYTHING);
const right = honest.releases.get("a")!;

/** Whoever got to a release got to the right one; who stopped says why. */
function unharmed({ releases, stops }: Ended): void {
  for (const { results } of releases.values()) expect(results).toEqual(right.results);
  for (const { cause } of stops.values()) expect(cause).not.toBe("defect");
}

const exchanges = fc.nat(honest.exchanges - 1);
const place = fc.constantFrom(...centres);

test("one bit of what a centre is delivered", () => {
  fc.assert(
    fc.property(exchanges, place, fc.nat(1_000_000), fc.nat(7), (exchange, victim, position, bit) => {
      const deliver: Mischief["deliver"] = (bytes, centre, now) => {
        if (now !== exchange || centre !== victim) return bytes;
        const altered = bytes.slice();
        altered[position % bytes.length]! ^= 1 << bit;
        return altered;
      };
      const ended = smallNetwork().ask(EVERYTHING, { deliver });
      unharmed(ended);
      // After the last exchange nobody compares any more what others were sent: a bit of that may change, and nothing with it.
      if (exchange < honest.exchanges - 1 || ended.stops.has(victim))
        expect(ended.stops.get(victim)?.cause).toMatch(/tampered|equivocation/);
    }),
    { numRuns: 12 },
  );
});

test("bundles of an earlier exchange, of another centre, none, or a cut one", () => {
  const before = new Map<string, Uint8Array>();
  const alterations: Readonly<Record<string, (bytes: Uint8Array, bundles: readonly (Bundle | null)[], to: number) => Uint8Array>> = {
    earlier: (_, __, to) => before.get(centres[to]!)!,
    swapped: (_, bundles, to) => encodeDelivery([bundles[1]!, bundles[0]!, ...bundles.slice(2)], to),
    "another's": (_, bundles, to) => encodeDelivery(bundles, (to + 1) % centres.length),
    nothing: () => new Uint8Array(0),
    cut: (bytes) => bytes.subarray(0, bytes.length - 1),
    longer: (bytes) => new Uint8Array([...bytes, 0]),
    everybodyGone: (_, bundles, to) =>
      encodeDelivery(
        bundles.map((bundle, i) => (i === to ? bundle : null)),
        to,
      ),
  };
  for (const [what, alter] of Object.entries(alterations)) {
    for (const exchange of [1, honest.exchanges - 1]) {
      before.clear();
      const deliver: Mischief["deliver"] = (bytes, centre, now, bundles) => {
        const altered = now === exchange && centre === "d" ? alter(bytes, bundles, 3) : bytes;
        before.set(centre, bytes);
        return altered;
      };
      const ended = smallNetwork().ask(EVERYTHING, { deliver });
      unharmed(ended);
      expect([what, ended.stops.get("d")?.cause]).toEqual([what, expect.stringMatching(/tampered|equivocation|tooFewCentres/)]);
    }
  }
});

test("centres that fall silent after the deal do no harm while the points suffice, and their patients count", () => {
  for (let exchange = 1; exchange < honest.exchanges; exchange++) {
    const { releases, stops } = smallNetwork().ask(EVERYTHING, {
      post: (bytes, centre, now) => (centre === "g" && now >= exchange ? null : bytes),
    });
    // Seven holders open products of degree 4, and want two points more to see two lies: all seven are needed for them.
    for (const made of releases.values()) expect(made).toEqual({ ...right, centres: { ...right.centres, finished: 6 } });
    for (const [centre, { cause }] of stops) expect(cause).toBe(centre === "g" ? "late" : "tooFewCentres");
  }
});
