import { P } from "@tutti/field";
import { expect, test } from "vitest";
import { dealing } from "./dealing.ts";
import { MASK_BITS, type Masks, masks, masksDemand, xorPublic } from "./mask.ts";
import { opening, type Protocol, together } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import { countsOnly, everybody, excess, histogramOf, resultOf, run, seeded, SIZES } from "./trial.ts";

function* made(scheme: Scheme, self: number, count: number): Protocol<Masks> {
  const dealt = yield* dealing(everybody(scheme, 0, 0, masksDemand(count)), self, countsOnly([]), seeded(self + 7));
  const [, result] = yield* together([dealt.check, masks(scheme, count, dealt.supply)]);
  return result;
}

function* opened(scheme: Scheme, self: number, count: number): Protocol<number[][]> {
  const { values, bits } = yield* made(scheme, self, count);
  const all: number[][] = [];
  for (const vector of [values, ...bits]) all.push([...(yield* opening(vector, scheme.degree))]);
  return all;
}

test.each(SIZES)("%i holders make masks that are their bits, beside the check", (n) => {
  const { results, exchanges } = run(n, (self, scheme) => opened(scheme, self, 4));
  const [values, ...bits] = resultOf(results[0]);
  expect(bits).toHaveLength(MASK_BITS);
  for (const k of [0, 1, 2, 3]) {
    expect(bits.every((bit) => bit[k] === 0 || bit[k] === 1)).toBe(true);
    expect(bits.reduce((sum, bit, b) => sum + bit[k]! * 2 ** b, 0) % P).toBe(values![k]);
  }
  expect(exchanges).toBe(2 + 1 + MASK_BITS);
});

test("bits and masks are uniform", () => {
  const count = 400;
  const [values, ...bits] = resultOf(run(4, (self, scheme) => opened(scheme, self, count)).results[0]);
  const ones = bits.flat().reduce((sum, bit) => sum + bit, 0);
  expect(Math.abs(excess([ones, MASK_BITS * count - ones]))).toBeLessThan(5);
  expect(excess(histogramOf(values!, 4))).toBeLessThan(5);
});

test("the exclusive or of a shared and a public bit", () => {
  expect([xorPublic(0, 0), xorPublic(1, 0), xorPublic(0, 1), xorPublic(1, 1)]).toEqual([0, 1, 1, 0]);
});
