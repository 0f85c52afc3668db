import { add, P, wideAdd } from "@tutti/field";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CHECKS, coefficientRows, expand, WIDE_CHECKS } from "./coefficients.ts";
import { deal } from "./deal.ts";
import { SharingFault } from "./fault.ts";
import type { Interference } from "./rehearsal.ts";
import { schemeFor } from "./scheme.ts";
import { challengeOf, seeded } from "./trial.ts";
import { honest, lieInParcels, lieInShares, placesOf, type Places } from "./trial-session.ts";

/** A dealer that adds a sharing of `value` of that degree to one place of its parcels. */
function dealtWrong(n: number, dealer: number, at: number, value: number, degree: number): Interference {
  const error = deal(Uint32Array.of(value), degree, n, seeded(77)).map((share) => share[0]!);
  return lieInParcels(dealer, ({ narrow, wide }, holder) => ({
    narrow: narrow.map((x, j) => (j === at ? add(x, error[holder]!) : x)),
    wide,
  }));
}

test.each<[string, (at: Places) => number, number, (t: number, n: number) => number, number[]]>([
  // what, where in the parcel, value and degree of the error, the networks in which the dealer can be named
  ["a count of too high a degree", (at) => at.counts + 1, 0, (t) => t + 1, [4, 7, 12]],
  ["a count of the highest degree", (at) => at.counts + 1, 0, (_, n) => n - 1, [4, 7, 12]],
  ["a random element of too high a degree", (at) => at.randoms, 5, (t) => t + 1, [4, 7, 12]],
  ["the low half of a double sharing of too high a degree", (at) => at.doublesLow, 0, (t) => t + 1, [4, 7, 12]],
  ["a mask of the check of too high a degree", (at) => at.masks + CHECKS - 1, 5, (t) => t + 1, [4, 7, 12]],
  ["a zero that is not", (at) => at.zeros, 1, (t) => 2 * t, [4, 7, 12]],
  ["a double sharing of two values, by its low half", (at) => at.doublesLow, 1, (t) => t, [4, 7, 12]],
  ["a double sharing of two values, by its high half", (at) => at.doublesHigh, P - 1, (t) => 2 * t, [4, 7, 12]],
  ["a zero mask that is not", (at) => at.zeroMasks + CHECKS - 1, 1, (t) => 2 * t, [4, 7, 12]],
  ["a zero of too high a degree", (at) => at.zeros, 0, (t) => 2 * t + 1, [12]],
  ["the high half of a double sharing of too high a degree", (at) => at.doublesHigh, 0, (t) => 2 * t + 1, [12]],
])("%s is seen at the check, before anything that a secret went into opens", (_, place, value, degree, named) => {
  for (const n of [4, 7, 12]) {
    const lie = dealtWrong(n, 2, place(placesOf(n)), value, degree(schemeFor(n).degree, n));
    const { results, exchanges } = honest(n, [2], lie);
    for (const result of results) expect(result).toMatchObject({ kind: "deal", blame: named.includes(n) ? [2] : [] });
    expect(exchanges).toBe(2);
  }
});

test("also when the dealer, and whoever is with it, lie in the check as well", () => {
  fc.assert(
    fc.property(fc.constantFrom(4, 7, 12), fc.array(fc.nat(P - 1), { minLength: 3, maxLength: 3 }), (n, errors) => {
      const { degree } = schemeFor(n);
      const liars = [0, 1, 2].slice(0, degree);
      const wrong = dealtWrong(n, 0, placesOf(n).counts + 1, 0, degree + 1);
      const cover = lieInShares(1, liars, 0, (shares, liar) => shares.map((x, j) => (j < CHECKS ? add(x, errors[liar]!) : x)));
      const lie: Interference = (round, holder, exchange) => cover(wrong(round, holder, exchange)!, holder, exchange);
      for (const result of honest(n, liars, lie).results) expect(result).toBeInstanceOf(SharingFault);
    }),
    { numRuns: 8 },
  );
});

test("a wrong share dealt to one holder is that holder's word against the dealer's", () => {
  const lie = lieInParcels(2, ({ narrow, wide }, i) => ({ narrow: i === 5 ? narrow.with(1, add(narrow[1]!, 1)) : narrow, wide }));
  for (const result of honest(12, [2], lie).results) expect(result).toMatchObject({ kind: "deal", blame: [] });
});

test.each([
  ["a sum", 0],
  ["a mask of the check of sums", WIDE_CHECKS],
])("%s of too high a degree", (_, place) => {
  for (const n of [4, 7, 12]) {
    const power = BigInt(schemeFor(n).degree + 1);
    const lie = lieInParcels(2, ({ narrow, wide }, i) => ({
      narrow,
      wide: wide.with(place, wideAdd(wide[place]!, BigInt(i + 1) ** power)),
    }));
    const { results, exchanges } = honest(n, [2], lie);
    for (const result of results) expect(result).toMatchObject({ kind: "deal", blame: [2] });
    expect(exchanges).toBe(2);
  }
});

test("a parcel of another length is blamed on its dealer", () => {
  const short = lieInParcels(2, ({ narrow, wide }) => ({ narrow: narrow.subarray(1), wide }));
  const shortWide = lieInParcels(2, ({ narrow, wide }) => ({ narrow, wide: wide.subarray(1) }));
  for (const lie of [short, shortWide])
    for (const result of honest(4, [2], lie).results) expect(result).toMatchObject({ kind: "deal", blame: [2] });
});

test("coefficients: rows differ, other challenges give others, and a longer row begins with the shorter", () => {
  const rows = coefficientRows(challengeOf(1), 1000);
  expect(rows).toHaveLength(CHECKS);
  const all = [...rows, ...coefficientRows(challengeOf(2), 1000)].map((row) => row.join());
  expect(new Set(all).size).toBe(2 * CHECKS);
  expect(coefficientRows(challengeOf(1), 130)).toEqual(rows.map((row) => row.slice(0, 130)));
  expect(expand(challengeOf(1), 3, 5)).toEqual(expand(challengeOf(1), 3, 20).slice(0, 5));
});
