import { add, P, wideAdd } from "@tutti/field";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CHECKS } from "./coefficients.ts";
import { SharingFault } from "./fault.ts";
import { pointsNeeded, schemeFor } from "./scheme.ts";
import { honest, lieInShares, lieInSums, roundsOf, truth } from "./trial-session.ts";

test.each([3, 4, 7, 12])("when all %i are honest, all get the truth", (n) => {
  for (const result of honest(n, [], (round) => round).results) expect(result).toEqual(truth);
});

test.each([4, 7, 12])(
  "a wrong share among %i, in any opening of any exchange, of up to t liars, is seen by all and blamed on nobody else",
  (n) => {
    const scheme = schemeFor(n);
    const places = roundsOf(n).flatMap(({ open, openWide }, exchange) => [
      ...open.map(({ shares }, which) => ({ exchange, which, length: shares.length })),
      ...openWide.map(({ shares }) => ({ exchange, which: -1, length: shares.length })),
    ]);
    const lies = fc.record({
      place: fc.constantFrom(...places.filter(({ length }) => length > 0)),
      liars: fc.shuffledSubarray([...Array(n).keys()], { minLength: 1, maxLength: scheme.degree }),
      element: fc.nat(200),
      errors: fc.array(fc.integer({ min: 1, max: P - 1 }), { minLength: n, maxLength: n }),
    });
    fc.assert(
      fc.property(lies, ({ place: { exchange, which, length }, liars, element, errors }) => {
        const at = element % length;
        const lie =
          which < 0
            ? lieInSums(exchange, liars, (x, j) => (j === at ? wideAdd(x, BigInt(errors[0]!)) : x))
            : lieInShares(exchange, liars, which, (shares, liar) => shares.fill(add(shares[at]!, errors[liar]!), at, at + 1));
        for (const result of honest(n, liars, lie).results) {
          expect(result).toBeInstanceOf(SharingFault);
          const { kind, blame } = result as SharingFault;
          expect(["opening", "deal"]).toContain(kind);
          expect(blame.filter((i) => !liars.includes(i))).toEqual([]);
        }
      }),
      { numRuns: n < 12 ? 30 : 10 },
    );
  },
);

test.each([
  // opened, holders, liars, blamed
  ["a count", 4, [2], [2]],
  ["a product", 4, [2], []],
  ["a count", 7, [2, 5], [2, 5]],
  ["a product", 7, [2], []],
  ["a count", 12, [2, 5, 11], [2, 5, 11]],
  ["a product", 12, [2, 5], [2, 5]],
  ["a product", 12, [2, 5, 11], [2, 5, 11]],
])("a wrong share of %s among %i, by %j, is blamed on %j: where that is proven", (opened, n, liars, blame) => {
  const rounds = roundsOf(n);
  const exchange = opened === "a product" ? 2 : rounds.length - 1;
  expect(rounds[exchange]!.open[0]!.degree).toBe(opened === "a product" ? schemeFor(n).productDegree : schemeFor(n).degree);
  const lie = lieInShares(exchange, liars, 0, (shares, liar) => shares.fill(liar + 1, 0, 1));
  for (const result of honest(n, liars, lie).results) expect(result).toMatchObject({ kind: "opening", blame });
});

test.each([0, 1])("a wrong share of check %i is one word against another for one dealer; for all of them, it is blamed", (which) => {
  const lie = (dealers: number) => lieInShares(1, [3], which, (shares) => shares.map((x, j) => (j < CHECKS * dealers ? add(x, 1 + j) : x)));
  for (const result of honest(12, [3], lie(1)).results) expect(result).toMatchObject({ kind: "deal", blame: [] });
  for (const result of honest(12, [3], lie(12)).results) expect(result).toMatchObject({ kind: "opening", blame: [3] });
});

test("a wrong share of the check of sums, for all dealers, is blamed", () => {
  const lie = lieInSums(1, [3], (x) => wideAdd(x, 5n));
  for (const result of honest(12, [3], lie).results) expect(result).toMatchObject({ kind: "opening", blame: [3] });
});

test.each([0, 1, 3])("%i shares where two are asked for are blamed", (length) => {
  expect(roundsOf(4)[2]!.open[0]!.shares.length).not.toBe(length);
  const lie = lieInShares(2, [1], 0, () => new Uint32Array(length));
  for (const result of honest(4, [1], lie).results) expect(result).toMatchObject({ kind: "opening", blame: [1] });
});

test("among 3, a wrong share of a sum is seen; of a product it is not, which is why their strength is called passive", () => {
  const last = roundsOf(3).length - 1;
  const [inProduct, inSum] = [2, last].map((exchange) => lieInShares(exchange, [2], 0, (shares) => shares.map((x) => add(x, 1))));
  for (const result of honest(3, [2], inSum!).results) expect(result).toMatchObject({ kind: "opening", blame: [] });
  const inZeros = lieInShares(1, [2], 1, (shares) => shares.map((x) => add(x, 1)));
  for (const result of honest(3, [2], inZeros).results) expect(result).toMatchObject({ kind: "deal", blame: [] });
  for (const result of honest(3, [2], inProduct!).results) expect(result).not.toMatchObject({ kind: "opening" });
  expect(schemeFor(3).strength).toBe("passive");
});

test.each([3, 4, 7, 12])(
  "silence among %i, from any exchange on, ends in the truth where the points suffice, and else in `missing`",
  (n) => {
    const scheme = schemeFor(n);
    const rounds = roundsOf(n);
    rounds.forEach((round, from) => {
      for (const silent of new Set([1, scheme.degree])) {
        const { results } = honest(n, [...Array(silent).keys()], (said, holder, exchange) =>
          exchange >= from && holder < silent ? null : said,
        );
        const degrees = rounds.slice(from).flatMap(({ open }) => open.map(({ degree }) => degree));
        const suffice = round.deal === null && n - silent >= pointsNeeded(scheme, Math.max(...degrees));
        for (const result of results) {
          if (suffice) expect(result).toEqual(truth);
          else expect(result).toMatchObject({ name: "SharingFault", kind: "missing", blame: [] });
        }
      }
    });
  },
);
