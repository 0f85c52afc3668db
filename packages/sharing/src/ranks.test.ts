import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dealing } from "./dealing.ts";
import { MaskPool, hide } from "./mask-pool.ts";
import { masks, masksDemand } from "./mask.ts";
import { type Powers, powersDemand, raise } from "./powers.ts";
import { cumulative } from "./rank-search.ts";
import { findRanks, masksAhead, ranksDemand } from "./ranks.ts";
import { ranksByPowersDemand } from "./ranks-by-powers.ts";
import { opening, type Protocol, together } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import { demandOf } from "./supply.ts";
import { countsOnly, everybody, pooled, run, seeded } from "./trial.ts";

interface Search {
  readonly histogram: readonly number[];
  readonly ranks: readonly number[];
}

interface Ahead {
  readonly masks: number;
  /** The largest number of values for which the comparisons' randomness is dealt with the secrets; 0: none. */
  readonly values: number;
  /** Powers of cumulative counts that are made, with what a search by them uses; 0: none. */
  readonly powers: number;
}

const sizeOf = (histogram: readonly number[]): number => histogram.reduce((sum, count) => sum + count, 0);

function* found(scheme: Scheme, self: number, searches: readonly Search[], ahead: Ahead, seed: number): Protocol<number[][]> {
  const counts = searches.flatMap(({ histogram }) => histogram);
  const compared = searches.map(({ histogram, ranks }) => ranksDemand(histogram.length, ranks.length, ahead.values));
  const raised = searches.map(({ histogram, ranks }) =>
    demandOf(powersDemand(ahead.powers, histogram.length), ranksByPowersDemand(histogram.length, ranks.length)),
  );
  const demand = demandOf(masksDemand(ahead.masks), ...(ahead.values > 0 ? compared : []), ...(ahead.powers > 0 ? raised : []));
  const dealt = yield* dealing(everybody(scheme, counts.length, 0, demand), self, countsOnly(counts, self === 1), seeded(self + seed));
  const [, made] = yield* together([dealt.check, masks(scheme, ahead.masks, dealt.supply)]);
  let at = 0;
  const histograms = searches.map(({ histogram }) => dealt.counts.subarray(at, (at += histogram.length)));
  const raising = histograms.map((shares) => raise(scheme, cumulative(shares), ahead.powers, dealt.supply));
  const powers = yield* together<Powers[]>(raising);
  const secret = searches.map(({ histogram, ranks }, i) => {
    return { histogram: histograms[i]!, n: sizeOf(histogram), ranks, powers: ahead.powers > 0 ? powers[i] : undefined };
  });
  return yield* findRanks(scheme, secret, made, self, seeded(self + seed + 50), dealt.supply);
}

function indexOf({ histogram, ranks }: Search): number[] {
  return ranks.map((rank) => {
    let sum = 0;
    return histogram.findIndex((count) => (sum += count) >= rank);
  });
}

const few = fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(3)), { minLength: 1, maxLength: 40 });
const many = fc.array(fc.oneof(fc.constant(0), fc.nat(3), fc.nat(100_000)), { minLength: 1, maxLength: 40 });
const search = fc
  .oneof(few, many)
  .filter((histogram) => sizeOf(histogram) > 0)
  .chain((histogram) => {
    const n = sizeOf(histogram);
    const rank = fc.oneof(fc.integer({ min: 1, max: n }), fc.constantFrom(1, Math.ceil(n / 4), Math.ceil(n / 2), n));
    return fc.record({ histogram: fc.constant(histogram), ranks: fc.array(rank, { maxLength: 4 }) });
  });
const ahead = fc.record({ masks: fc.nat(60), values: fc.constantFrom(0, 30, 4_000_000), powers: fc.constantFrom(0, 1, 5, 16) });

test("order statistics are exact, for any histograms, ranks (ties and repeats too) and whatever was made ahead", () => {
  fc.assert(
    fc.property(fc.constantFrom(3, 4, 7), fc.array(search, { maxLength: 3 }), ahead, fc.nat(60_000), (n, searches, made, seed) => {
      const { results } = run(n, (self, scheme) => found(scheme, self, searches, made, seed));
      for (const result of results) expect(result).toEqual(searches.map(indexOf));
    }),
    { numRuns: 30 },
  );
});

const children: Search = { histogram: Array.from({ length: 181 }, (_, g) => (g % 7 === 0 && g < 175 ? 1 : 0)), ranks: [13] };

test.each([
  // masks made ahead, values up to which comparisons were dealt ahead, powers, exchanges
  [masksAhead(181, 1), 1023, 0, 8],
  [masksAhead(181, 1), 0, 0, 9],
  [masksAhead(181, 1), 15, 0, 9],
  [0, 0, 0, 13],
  [0, 0, 13, 4 + 1],
  [0, 0, 16, 4 + 1],
  [0, 0, 12, 4 + 13],
])(
  "a median of 25 on 181 points, with %i masks made ahead, comparisons for %i values, and %i powers, takes %i exchanges after deal and check",
  (m, values, powers, exchanges) => {
    const rehearsed = run(12, (self, scheme) => found(scheme, self, [children], { masks: m, values, powers }, 3));
    expect(rehearsed.results).toEqual(Array.from({ length: 12 }, () => [indexOf(children)]));
    expect(rehearsed.exchanges).toBe(2 + exchanges);
  },
);

test("one point, one value", () => {
  const one = { histogram: [1], ranks: [1] };
  expect(run(4, (self, scheme) => found(scheme, self, [one], { masks: 0, values: 0, powers: 0 }, 1)).results[0]).toEqual([[0]]);
});

test("a secret that opens at its very bound is masked anew: its mask might be 2³¹ − 1", () => {
  const { results, exchanges } = run(4, function* (self, scheme): Protocol<number[]> {
    // a constant polynomial is a sharing of its value
    const mask = (value: number) => ({ values: Uint32Array.of(value), bits: [] });
    const pool = new MaskPool(scheme, mask(77), self, seeded(self));
    return [...(yield* hide(pool, mask(0), Uint32Array.of(9), 9)).opened];
  });
  for (const result of results) expect(result).toEqual([9 + 77]);
  expect(exchanges).toBe(2);
});

test("a secret that opens at its bound or below is masked anew, with a mask of its own", () => {
  const n = 2 ** 29;
  const { results } = run(4, function* (self, scheme): Protocol<number[]> {
    const { counts } = yield* pooled(
      scheme,
      self,
      Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? n : i)),
      demandOf(),
    );
    const pool = new MaskPool(scheme, { values: new Uint32Array(0), bits: [] }, self, seeded(self + 9));
    const hidden = yield* hide(pool, yield* pool.take(30), counts, n);
    const values = yield* opening(hidden.masks.values, scheme.degree);
    expect(new Set(values).size).toBe(30);
    // masked secret = secret + mask as integers: nothing wrapped
    return Array.from(hidden.opened, (c, i) => c - values[i]!);
  });
  for (const result of results) expect(result).toEqual(Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? n : i)));
});
