import { mul, P } from "@tutti/field";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { multiply, openProduct, vanishes, vanishesDemand } from "./product.ts";
import { opening, type Protocol } from "./round.ts";
import { pooled, run, SIZES } from "./trial.ts";

const element = fc.oneof(fc.integer({ min: 0, max: P - 1 }), fc.constantFrom(0, 1, P - 1));
const pairs = fc.array(fc.tuple(element, element), { minLength: 1, maxLength: 4 });

test("a product of shares is a sharing, of degree t, of the product", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SIZES), pairs, fc.nat(60_000), (n, factors, seed) => {
      const width = factors.length;
      const { results, exchanges } = run(n, function* (self, scheme): Protocol<number[]> {
        const demand = { randoms: 0, zeros: 0, doubles: width };
        const { counts, supply } = yield* pooled(scheme, self, [...factors.map(([a]) => a), ...factors.map(([, b]) => b)], demand, seed);
        const product = yield* multiply(scheme, counts.subarray(0, width), counts.subarray(width), supply);
        return [...(yield* opening(product, scheme.degree))];
      });
      for (const result of results) expect(result).toEqual(factors.map(([a, b]) => mul(a, b)));
      expect(exchanges).toBe(2 + 2);
    }),
    { numRuns: 40 },
  );
});

test("a product opens behind a zero", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SIZES), pairs, fc.nat(60_000), (n, factors, seed) => {
      const width = factors.length;
      const { results } = run(n, function* (self, scheme): Protocol<number[]> {
        const demand = { randoms: 0, zeros: width, doubles: 0 };
        const { counts, supply } = yield* pooled(scheme, self, [...factors.map(([a]) => a), ...factors.map(([, b]) => b)], demand, seed);
        return [...(yield* openProduct(scheme, counts.subarray(0, width), counts.subarray(width), supply))];
      });
      for (const result of results) expect(result).toEqual(factors.map(([a, b]) => mul(a, b)));
    }),
    { numRuns: 40 },
  );
});

test("vanishes says which products have a zero among their leaves, in ⌈log₂⌉ exchanges and with what it asked for", () => {
  const leaves = fc.array(fc.array(fc.constantFrom(0, 1, 2, P - 1), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(fc.constantFrom(3, 4, 7), leaves, fc.nat(60_000), (n, rows, seed) => {
      const { randoms, zeros, doubles } = vanishesDemand(rows.length + 1, 3);
      const { results, exchanges } = run(n, function* (self, scheme): Protocol<[boolean[], unknown]> {
        const { counts, supply } = yield* pooled(scheme, self, rows.flat(), { randoms: randoms + 3, zeros, doubles }, seed);
        const before = supply.left();
        const shares = rows.map((_, i) => counts.subarray(3 * i, 3 * i + 3));
        const answers = yield* vanishes(scheme, [...shares, supply.randoms(3)], supply);
        const after = supply.left();
        return [answers, { zeros: before.zeros - after.zeros, doubles: before.doubles - after.doubles }];
      });
      for (const result of results) expect(result).toEqual([[0, 1, 2].map((j) => rows.some((row) => row[j] === 0)), { zeros, doubles }]);
      expect(exchanges).toBe(2 + Math.ceil(Math.log2(rows.length + 1)));
    }),
    { numRuns: 40 },
  );
});
