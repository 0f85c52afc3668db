import { add, fromInteger, mul, P, WIDE_P } from "@tutti/field";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { deal, dealWide } from "./deal.ts";
import { seeded } from "./trial.ts";

const shape = fc.record({ degree: fc.integer({ min: 1, max: 10 }), holders: fc.integer({ min: 3, max: 15 }), seed: fc.nat(60_000) });
const element = fc.oneof(fc.integer({ min: 0, max: P - 1 }), fc.constantFrom(0, 1, P - 1));

/** How many subsets of k elements a set of n has, as an element. */
function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

test("holder i holds the value at i + 1 of the polynomial", () => {
  fc.assert(
    fc.property(shape, fc.array(element, { maxLength: 5 }), ({ degree, holders, seed }, secrets) => {
      const bytes = seeded(seed)(secrets.length * degree * 4);
      const words = new Uint32Array(bytes.slice().buffer).map((word) => word & P);
      const shares = deal(Uint32Array.from(secrets), degree, holders, () => bytes);
      expect(shares).toHaveLength(holders);
      shares.forEach((vector, i) => {
        vector.forEach((share, j) => {
          // the draw's k-th run of words are the k-th differences at 0
          let value = secrets[j]!;
          for (let k = 1; k <= degree; k++) value = add(value, mul(words[(k - 1) * secrets.length + j]!, choose(i + 1, k)));
          expect(share).toBe(value);
        });
      });
    }),
  );
});

test("wide shares lie on polynomials of the degree, through the secret", () => {
  fc.assert(
    fc.property(shape, fc.bigInt({ min: 0n, max: WIDE_P - 1n }), ({ degree, holders, seed }, secret) => {
      fc.pre(holders > degree);
      const shares = dealWide(BigUint64Array.of(secret), degree, holders, seeded(seed)).map((vector) => vector[0]!);
      // the (degree + 1)-th difference of a polynomial is 0, also when continued to the point 0
      const chosen = (k: number): bigint => {
        let ways = 1n;
        for (let i = 1n; i <= BigInt(k); i++) ways = (ways * BigInt(degree + 2 - Number(i))) / i;
        return ways;
      };
      for (let from = 0; from + degree + 1 <= holders; from++) {
        const points = [from === 0 ? secret : shares[from - 1]!, ...shares.slice(from, from + degree + 1)];
        const difference = points.reduce((sum, y, k) => sum + (k % 2 === 0 ? 1n : -1n) * chosen(k) * y, 0n);
        expect(difference % WIDE_P).toBe(0n);
      }
    }),
  );
});

function dealtWith(secret: number, draw: Uint8Array): number[] {
  return deal(Uint32Array.of(secret), 3, 12, () => draw).map((vector) => vector[0]!);
}

test("sharing is linear: sums of shares are shares of sums", () => {
  fc.assert(
    fc.property(element, element, fc.nat(60_000), (a, b, seed) => {
      const bytes = [seeded(seed)(12), seeded(seed + 1)(12)];
      const both = new Uint32Array(3).map((_, k) => {
        const [x, y] = bytes.map((part) => new Uint32Array(part.slice().buffer)[k]! & P);
        return add(x!, y!);
      });
      const [first, second] = [dealtWith(a, bytes[0]!), dealtWith(b, bytes[1]!)];
      expect(dealtWith(fromInteger(a + b), new Uint8Array(both.buffer))).toEqual(first.map((x, i) => add(x, second[i]!)));
    }),
  );
});
