import type { Round } from "@tutti/sharing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";
import type { Ended } from "../world/world.ts";

// Centres that follow every form and send wrong numbers: seen before any verdict counts, named where the mathematics allows.

const honest = smallNetwork().ask(EVERYTHING);
const right = honest.releases.get("a")!;

function add(vector: Uint32Array, position: number, offset: number): Uint32Array {
  return vector.with(position % vector.length, (vector[position % vector.length]! + offset) % 0x7fffffff);
}

function ask(liars: readonly string[], lie: (round: Round, exchange: number) => Round): Ended {
  return smallNetwork().ask(EVERYTHING, { lie: (centre) => (liars.includes(centre) ? lie : null) });
}

test("a wrong share in any opening of any exchange is seen, and opens nothing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: honest.exchanges - 1 }), fc.nat(10_000), fc.nat(1_000_000), (exchange, position, offset) => {
      const { releases, stops } = ask(["c"], (round, now) => {
        if (now !== exchange || round.open.length === 0) return round;
        const which = position % round.open.length;
        if (round.open[which]!.shares.length === 0) return round;
        const open = round.open.with(which, { ...round.open[which]!, shares: add(round.open[which]!.shares, position, 1 + offset) });
        return { ...round, open };
      });
      for (const { results } of releases.values()) expect(results).toEqual(right.results);
      const first = [...stops].find(([centre, { cause }]) => centre !== "c" && cause !== "ended");
      if (first === undefined) return expect(releases.size).toBe(6);
      expect(first[1].cause).toMatch(/opening|deal/);
      for (const blamed of first[1].blame) expect(blamed).toBe("c");
    }),
    { numRuns: 20 },
  );
});

test("a parcel that differs for one holder, anywhere in what is dealt", () => {
  fc.assert(
    fc.property(fc.nat(6), fc.nat(100_000), fc.nat(1_000_000), (to, position, offset) => {
      const { releases, stops, records } = ask(["c"], (round, now) => {
        if (now !== 0 || round.deal === null) return round;
        const parcel = round.deal.parcels[to]!;
        const parcels = round.deal.parcels.with(to, { ...parcel, narrow: add(parcel.narrow, position, 1 + offset) });
        return { ...round, deal: { ...round.deal, parcels } };
      });
      if (to === 2) return; // To itself: it only harms what it holds.
      expect(releases.size).toBe(0);
      expect(records.size).toBe(0);
      const first = [...stops].find(([centre, { cause }]) => centre !== "c" && cause !== "ended");
      expect(first?.[1].cause).toMatch(/opening|deal/);
    }),
    { numRuns: 20 },
  );
});

test("t = 2 centres that lie together open nothing wrong either", () => {
  for (let exchange = 1; exchange < honest.exchanges; exchange++) {
    const { releases } = ask(["c", "f"], (round, now) => {
      if (now !== exchange) return round;
      return {
        ...round,
        open: round.open.map((opening) => ({ ...opening, shares: opening.shares.map((share) => (share + 1) % 0x7fffffff) })),
      };
    });
    for (const { results } of releases.values()) expect(results).toEqual(right.results);
  }
});
