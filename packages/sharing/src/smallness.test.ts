import { P } from "@tutti/field";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Protocol } from "./round.ts";
import { smallness, smallnessDemand, type SmallValues } from "./smallness.ts";
import { pooled, run, SIZES } from "./trial.ts";

function verdicts(n: number, values: readonly number[], small: SmallValues, seed: number) {
  return run(n, function* (self, scheme): Protocol<boolean[]> {
    const { counts, supply } = yield* pooled(scheme, self, values, smallnessDemand(small, values.length), seed);
    return yield* smallness(scheme, counts, small, supply);
  });
}

test("says of a secret count only whether it is small, for any threshold", () => {
  const range = fc.tuple(fc.nat(3), fc.nat(24)).map(([from, more]) => ({ from, to: from + more }));
  const value = fc.oneof(fc.nat(40), fc.integer({ min: 0, max: P - 1 }), fc.constantFrom(P - 1, P - 5));
  fc.assert(
    fc.property(fc.constantFrom(...SIZES), range, fc.array(value, { maxLength: 12 }), fc.nat(60_000), (n, small, values, seed) => {
      const edges = [...values, small.from, small.to, small.to + 1, (small.from - 1 + P) % P];
      const expected = edges.map((x) => x >= small.from && x <= small.to);
      for (const result of verdicts(n, edges, small, seed).results) expect(result).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test.each([
  // small values, exchanges
  [1, 1, 1],
  [1, 2, 2],
  [0, 4, 3],
  [1, 4, 3],
  [0, 9, 4],
])("%i … %i takes %i exchanges", (from, to, exchanges) => {
  expect(verdicts(4, [3], { from, to }, 1).exchanges).toBe(2 + exchanges);
});

test("no counts, no exchange", () => {
  expect(verdicts(4, [], { from: 0, to: 4 }, 1)).toEqual({ results: [[], [], [], []], exchanges: 2 });
});
