import { add, P } from "@tutti/field";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { atLeast, atLeastDemand, bitsFor } from "./comparison.ts";
import { MASK_BITS, type Masks } from "./mask.ts";
import type { Protocol } from "./round.ts";
import { pooled, run } from "./trial.ts";

/** Compares secrets that were masked by known numbers, so that every bound can be met. */
function compared(
  holders: number,
  n: number,
  cases: readonly { x: number; mask: number; threshold: number }[],
  seed: number,
): readonly unknown[] {
  const bits = cases.flatMap(({ mask }) => Array.from({ length: MASK_BITS }, (_, b) => Math.floor(mask / 2 ** b) % 2));
  const { results } = run(holders, function* (self, scheme): Protocol<boolean[]> {
    const { counts, supply } = yield* pooled(scheme, self, bits, atLeastDemand(n, cases.length), seed);
    const masks: Masks = {
      values: Uint32Array.from(cases, ({ mask }) => mask),
      bits: Array.from({ length: MASK_BITS }, (_bit, b) => Uint32Array.from(cases, (_, k) => counts[k * MASK_BITS + b]!)),
    };
    const opened = Uint32Array.from(cases, ({ x, mask }) => add(x, mask % P));
    const asked = cases.map(({ threshold }, k) => ({ mask: k, threshold }));
    return yield* atLeast(scheme, opened, masks, n, asked, supply);
  });
  return results;
}

/** A bound, and secrets and thresholds within it behind masks that do not wrap. */
const problem = fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 2 ** 30 - 1 })).chain((n) =>
  fc.record({
    n: fc.constant(n),
    cases: fc.array(
      fc
        .record({
          x: fc.oneof(fc.integer({ min: 0, max: n }), fc.constantFrom(0, n)),
          threshold: fc.oneof(fc.integer({ min: 1, max: n }), fc.constantFrom(1, n)),
          mask: fc.oneof(fc.nat(P), fc.constantFrom(0, 1, n, n + 1, 2 ** 30, P - 1 - n, P - 1)),
        })
        .filter(({ x, mask }) => mask < P && add(x, mask) > n),
      { minLength: 1, maxLength: 6 },
    ),
  }),
);

test("x ≥ threshold, for any bound, secret, mask and threshold", () => {
  fc.assert(
    fc.property(fc.constantFrom(3, 4, 7), problem, fc.nat(60_000), (holders, { n, cases }, seed) => {
      const expected = cases.map(({ x, threshold }) => x >= threshold);
      for (const result of compared(holders, n, cases, seed)) expect(result).toEqual(expected);
    }),
    { numRuns: 120 },
  );
});

test("neighbours of the threshold, for every threshold up to a bound", () => {
  const n = 9;
  const cases = Array.from({ length: n }, (_, i) => i + 1).flatMap((threshold) =>
    [threshold - 1, threshold].flatMap((x) => [10, 1_234_567, P - 10].map((mask) => ({ x, mask, threshold }))),
  );
  for (const result of compared(4, n, cases, 3)) expect(result).toEqual(cases.map(({ x, threshold }) => x >= threshold));
});

test.each([
  ["a bound of 2³⁰", 2 ** 30, { x: 5, mask: P - 6, threshold: 1 }],
  ["a threshold of 0", 9, { x: 5, mask: 50, threshold: 0 }],
  ["a threshold above the bound", 9, { x: 5, mask: 50, threshold: 10 }],
  ["a masked secret that opened at the bound, as by the mask 2³¹ − 1", 9, { x: 9, mask: P, threshold: 3 }],
])("%s is refused", (_, n, one) => {
  expect(() => compared(4, n, [one], 1)).toThrow(RangeError);
});

test("bits that hold a number", () => {
  expect([0, 1, 2, 3, 4, 255, 256, 2 ** 30 - 1].map(bitsFor)).toEqual([1, 1, 2, 2, 3, 8, 9, 30]);
});
