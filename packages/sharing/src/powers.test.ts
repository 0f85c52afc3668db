import { fromInteger, mul } from "@tutti/field";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate, morePowers, powersDemand, raise, vanishingAt } from "./powers.ts";
import { opening, type Protocol } from "./round.ts";
import { pooled, run } from "./trial.ts";

const secrets = fc.array(fc.oneof(fc.nat(40), fc.nat(2 ** 31 - 2)), { maxLength: 6 });

function powersOf(secret: number, upTo: number): number[] {
  let power = 1;
  return Array.from({ length: upTo }, () => (power = mul(power, secret)));
}

test("powers are powers, of any secrets, up to any exponent, in ⌈log₂⌉ exchanges", () => {
  fc.assert(
    fc.property(fc.constantFrom(3, 4, 7), secrets, fc.integer({ min: 1, max: 20 }), (n, values, upTo) => {
      const { results, exchanges } = run(n, function* (self, scheme): Protocol<number[][]> {
        const { counts, supply } = yield* pooled(scheme, self, values, powersDemand(upTo, values.length));
        const powers = yield* raise(scheme, counts, upTo, supply);
        expect(supply.left().doubles).toBeLessThan(scheme.holders);
        const opened: number[][] = [];
        for (const power of powers) opened.push([...(yield* opening(power, scheme.degree))]);
        return opened;
      });
      const wanted = Array.from({ length: values.length === 0 ? 1 : upTo }, (_, i) => values.map((value) => powersOf(value, upTo)[i]!));
      for (const result of results) expect(result).toEqual(wanted);
      expect(exchanges).toBe(2 + (values.length === 0 ? 0 : Math.ceil(Math.log2(upTo))) + wanted.length);
    }),
    { numRuns: 30 },
  );
});

test("no more powers than there are is one exchange, and none when all are there", () => {
  const exchanges = (upTo: number): number =>
    run(4, function* (self, scheme): Protocol<number> {
      const { counts, supply } = yield* pooled(scheme, self, [3], powersDemand(4, 1));
      return (yield* morePowers(scheme, [counts], upTo, supply)).length;
    }).exchanges;
  expect([exchanges(4), exchanges(1)]).toEqual([3, 2]);
});

test("a vanishing polynomial is 0 at its roots, and nowhere else", () => {
  fc.assert(
    fc.property(fc.nat(20), fc.integer({ min: 1, max: 16 }), fc.nat(60), (from, roots, x) => {
      const coefficients = vanishingAt(from, from + roots - 1);
      expect(coefficients).toHaveLength(roots + 1);
      const powers = powersOf(x, roots).map((power) => Uint32Array.of(power));
      const product = Array.from({ length: roots }, (_, i) => fromInteger(x - from - i)).reduce(mul, 1);
      expect([...evaluate(coefficients, powers, 1)]).toEqual([product]);
      expect(product === 0).toBe(x >= from && x < from + roots);
    }),
  );
});
