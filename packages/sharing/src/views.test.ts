import { add, difference, hadamard, inverse, mul, P, pow, sub } from "@tutti/field";
import { describe, expect, test } from "vitest";
import { deal } from "./deal.ts";
import { dealing } from "./dealing.ts";
import { masks, masksDemand } from "./mask.ts";
import { open, openWide } from "./open.ts";
import { multiply, openProduct } from "./product.ts";
import { type Powers, powersDemand, raise } from "./powers.ts";
import { cumulative } from "./rank-search.ts";
import { findRanks, masksAhead, ranksDemand } from "./ranks.ts";
import { ranksByPowersDemand } from "./ranks-by-powers.ts";
import { type Protocol, type Round, together } from "./round.ts";
import { type Scheme, schemeFor } from "./scheme.ts";
import { smallness, smallnessDemand } from "./smallness.ts";
import { type Demand, demandOf } from "./supply.ts";
import { everybody, run, SIZES, excess, histogramOf, pooled, resultOf, seeded } from "./trial.ts";

/** The shares that each coefficient of a sharing of that degree adds to, read off `deal` by dealing one coefficient at a time. */
function columnsOf(degree: number, holders: number): number[][] {
  return Array.from({ length: degree }, (_column, k) => {
    const words = Uint32Array.from({ length: degree }, (_, i) => (i === k ? 1 : 0));
    return deal(Uint32Array.of(0), degree, holders, () => new Uint8Array(words.buffer)).map((vector) => vector[0]!);
  });
}

/** Gaussian elimination mod P. */
function isInvertible(matrix: readonly (readonly number[])[]): boolean {
  const rows = matrix.map((row) => [...row]);
  for (let c = 0; c < rows.length; c++) {
    const pivot = rows.findIndex((row, r) => r >= c && row[c] !== 0);
    if (pivot < 0) return false;
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    const scale = inverse(rows[c]![c]!);
    for (let r = c + 1; r < rows.length; r++) {
      const factor = mul(rows[r]![c]!, scale);
      rows[r] = rows[r]!.map((x, k) => sub(x, mul(factor, rows[c]![k]!)));
    }
  }
  return true;
}

function* subsets(items: readonly number[], size: number, from = 0): Generator<number[]> {
  if (size === 0) return yield [];
  for (let k = from; k <= items.length - size; k++) for (const rest of subsets(items, size - 1, k + 1)) yield [items[k]!, ...rest];
}

describe("any t views are uniform, whatever the secret", () => {
  test.each(SIZES)(
    "exactly, among %i: the coefficients map one to one onto the shares of any t holders, and of any 2t for a product",
    (n) => {
      const scheme = schemeFor(n);
      for (const degree of [scheme.degree, scheme.productDegree]) {
        const columns = columnsOf(degree, n);
        for (const holders of subsets([...Array(n).keys()], degree)) {
          if (!isInvertible(columns.map((column) => holders.map((i) => column[i]!)))) expect.fail(`holders ${holders.join()} see more`);
        }
      }
    },
  );

  test.each([
    // holders, bits of each share that are looked at
    [4, 8],
    [7, 5],
    [12, 3],
  ])("in a sample, among %i: the shares of t holders fall evenly into cells", (n, bits) => {
    const scheme = schemeFor(n);
    const sample = 60_000;
    for (const secret of [0, 1, 25, P - 1]) {
      const shares = deal(new Uint32Array(sample).fill(secret), scheme.degree, n, seeded(n));
      for (const coalition of [[...Array(scheme.degree).keys()], [...Array(scheme.degree).keys()].map((i) => n - 1 - i)]) {
        const cells = Array.from({ length: 2 ** (bits * scheme.degree) }, () => 0);
        for (let j = 0; j < sample; j++) cells[coalition.reduce((cell, i) => cell * 2 ** bits + (shares[i]![j]! >>> (31 - bits)), 0)]!++;
        expect(Math.abs(excess(cells))).toBeLessThan(4.5);
      }
      // one share more and the secret is known
      expect(
        open(
          scheme,
          shares.map((share) => share.subarray(0, 1)),
          scheme.degree,
        )[0],
      ).toBe(secret);
    }
  });
});

/** All shares said by the four holders in each opening of degree 2 of a protocol after the check, by exchange, and its results. */
function productsSaid<T>(protocol: (scheme: Scheme, self: number) => Protocol<T>): { said: Uint32Array[][]; results: T[] } {
  const said: Uint32Array[][] = [];
  const { results } = run(
    4,
    (self, scheme) => protocol(scheme, self),
    (round: Round, holder, exchange) => {
      const shares = round.open.find(({ degree }) => degree === 2)?.shares;
      if (shares && exchange > 1) (said[exchange] ??= [])[holder] = shares;
      return round;
    },
  );
  return { said: said.slice(2), results: results.map(resultOf) };
}

/** The polynomials value + c₁X + c₂X² through the points of four holders; `point` is the first one's. */
function polynomialsOf(shares: readonly Uint32Array[]): { value: number; c1: number; c2: number; point: number }[] {
  return Array.from(shares[0]!, (y1, j) => {
    const [y2, y3] = [shares[1]![j]!, shares[2]![j]!];
    const c2 = mul(sub(add(y1, y3), add(y2, y2)), inverse(2));
    const c1 = sub(sub(y2, y1), mul(3, c2));
    return { value: sub(sub(y1, c1), c2), c1, c2, point: y1 };
  });
}

/** A bare product of two sharings has both its roots in the field, always; a polynomial that says nothing but its value, half of the time. */
function splits({ value, c1, c2 }: { value: number; c1: number; c2: number }): boolean {
  return pow(sub(mul(c1, c1), mul(4, mul(c2, value))), (P - 1) / 2) !== P - 1;
}

const WIDTH = 4000;
/** Passes when numbers are uniform in the field, up to 4.5 standard deviations; so does the next when half of them split. */
function expectUniform(elements: readonly number[]): void {
  expect(excess(histogramOf(elements, 6))).toBeLessThan(4.5);
}
function expectFair(polynomials: readonly { value: number; c1: number; c2: number }[]): void {
  const [splitting, all] = [polynomials.filter(splits).length, polynomials.length];
  expect(Math.abs(splitting - all / 2) / (Math.sqrt(all) / 2)).toBeLessThan(4.5);
}

/** Opens WIDTH products of a and b; gives what opened, and the polynomials by which it differs from the bare products. */
function masksOf(a: number, b: number, demand: Demand, product: typeof multiply) {
  const values = [...Array(2 * WIDTH).keys()].map((j) => (j < WIDTH ? a : b));
  const { said, results } = productsSaid(function* (scheme, self): Protocol<Uint32Array> {
    const { counts, supply } = yield* pooled(scheme, self, values, demand);
    yield* product(scheme, counts.subarray(0, WIDTH), counts.subarray(WIDTH), supply);
    return counts;
  });
  const bare = results.map((counts) => hadamard(counts.subarray(0, WIDTH), counts.subarray(WIDTH)));
  return { opened: polynomialsOf(said[0]!), masks: polynomialsOf(said[0]!.map((shares, i) => difference(shares, bare[i]!))) };
}

describe("what opens in a product says nothing but its value", () => {
  const factors = [
    [1, 1],
    [0, 25],
    [12, P - 5],
  ] as const;

  test.each(factors)("openProduct of %i and %i: a zero of its own masks each", (a, b) => {
    const { opened, masks: zeros } = masksOf(a, b, { randoms: 0, zeros: WIDTH, doubles: 0 }, openProduct);
    for (const { value } of zeros) expect(value).toBe(0);
    for (const { value } of opened) expect(value).toBe(mul(a, b));
    expectUniform(zeros.map(({ c1 }) => c1));
    expectUniform(zeros.map(({ c2 }) => c2));
    expect(new Set(zeros.map(({ c2 }) => c2)).size).toBe(WIDTH);
    // with value 0 one root is 0 and the other in the field: every such polynomial splits
    if (mul(a, b) !== 0) expectFair(opened);
  });

  test.each(factors)("multiply %i by %i: a random sharing of its own masks each", (a, b) => {
    const { opened, masks: doubles } = masksOf(a, b, { randoms: 0, zeros: 0, doubles: WIDTH }, multiply);
    for (const of of [doubles, opened]) {
      expectUniform(of.map(({ value }) => value));
      expectUniform(of.map(({ c1 }) => c1));
      expectUniform(of.map(({ c2 }) => c2));
    }
    expect(new Set(doubles.map(({ value }) => value)).size).toBe(WIDTH);
    expectFair(opened);
  });

  test.each([
    [[5], "not small"],
    [[6], "not small"],
    [[1_000_000], "not small"],
    [[5, 100, 77, 1234], "not small"],
    [[0, 1, 2, 3, 4], "small"],
  ])("smallness of %j, %s: every opened value is uniform but the last of a small one, which is 0", (values, what) => {
    const small = { from: 0, to: 4 };
    const { said } = productsSaid(function* (scheme, self): Protocol<unknown> {
      const cells = [...Array(WIDTH).keys()].map((j) => values[j % values.length]!);
      const { counts, supply } = yield* pooled(scheme, self, cells, smallnessDemand(small, WIDTH));
      return yield* smallness(scheme, counts, small, supply);
    });
    expect(said).toHaveLength(3);
    said.forEach((shares, exchange) => {
      const polynomials = polynomialsOf(shares);
      const zero = exchange === 2 && what === "small";
      if (zero) for (const { value } of polynomials) expect(value).toBe(0);
      else expectFair(polynomials);
      const numbers = polynomials.map(({ value, point }) => (zero ? point : value));
      expectUniform(numbers);
      // neighbours of one value share no mask
      if (!zero) expectUniform(numbers.slice(values.length).map((x, j) => sub(x, numbers[j]!)));
    });
  });
});

test("masks open squares behind a zero each: a bare one is the square of a polynomial, and tells it but for its sign", () => {
  const { said } = productsSaid(function* (scheme, self): Protocol<unknown> {
    const { supply } = yield* pooled(scheme, self, [], masksDemand(100));
    return yield* masks(scheme, 100, supply);
  });
  const polynomials = polynomialsOf(said[0]!);
  expectUniform(polynomials.map(({ c1 }) => c1));
  expectFair(polynomials);
});

/** What the four say in the check of secrets that are all 0, many times over. */
function checksOf(demand: Demand): Round[][] {
  return Array.from({ length: 100 }, (_, seed) => {
    const rounds: Round[] = [];
    const party = function* (self: number, scheme: Scheme): Protocol<void> {
      const secrets = { counts: new Uint32Array(2), sums: new BigUint64Array(1) };
      const { check } = yield* dealing(everybody(scheme, 2, 1, demand), self, secrets, seeded(4 * seed + self));
      yield* check;
    };
    run(4, party, (round, holder, exchange) => (exchange === 1 ? (rounds[holder] = round) : round));
    return rounds;
  });
}

test("the check opens uniform numbers, whatever was dealt", () => {
  const rounds = checksOf(demandOf());
  expectUniform(
    rounds.flatMap((said) => [
      ...open(
        schemeFor(4),
        said.map((round) => round.open[0]!.shares),
        1,
      ),
    ]),
  );
  const sums = rounds.flatMap((said) => [
    ...openWide(
      schemeFor(4),
      said.map((round) => round.openWide[0]!.shares),
      1,
    ),
  ]);
  expectUniform(sums.map((sum) => Number(sum >> 30n)));
});

test("the check opens zeros by polynomials like any other, even if no zeros were dealt", () => {
  const rounds = checksOf({ randoms: 1, zeros: 0, doubles: 0 });
  const zeros = rounds.flatMap((said) => polynomialsOf(said.map((round) => round.open[1]!.shares)));
  for (const { value } of zeros) expect(value).toBe(0);
  expectUniform(zeros.map(({ c1 }) => c1));
  expectUniform(zeros.map(({ c2 }) => c2));
});

const NO_MASKS = { values: new Uint32Array(0), bits: [] };

/** Which openings of a search vanished, exchange by exchange, and what opened behind masks; `copies` of it run side by side. */
function searchSaid(histogram: readonly number[], rank: number, copies: number) {
  const n = histogram.reduce((sum, count) => sum + count, 0);
  const said: Round[][] = [];
  const { results } = run(
    4,
    function* (self, scheme): Protocol<number[][]> {
      const compared = Array.from({ length: copies }, () => ranksDemand(histogram.length, 1, n));
      const need = copies * masksAhead(histogram.length, 1) + 2;
      const dealt = yield* pooled(scheme, self, histogram, demandOf(masksDemand(need), ...compared));
      const made = yield* masks(scheme, need, dealt.supply);
      const search = { histogram: dealt.counts, n, ranks: [rank] };
      const searches = Array.from({ length: copies }, () => search);
      return yield* findRanks(scheme, searches, made, self, seeded(self + 5), dealt.supply);
    },
    (round, holder, exchange) => {
      (said[exchange] ??= [])[holder] = round;
      return round;
    },
  );
  const openings = said.slice(3).map((rounds) => {
    const shares = rounds.map((round) => round.open[0]!.shares);
    return { degree: rounds[0]!.open[0]!.degree, values: open(schemeFor(4), shares, rounds[0]!.open[0]!.degree) };
  });
  return {
    answer: resultOf(results[0])[0]![0],
    masked: openings.filter(({ degree }) => degree === 1).flatMap(({ values }) => [...values]),
    compared: openings.filter(({ degree }) => degree === 2).flatMap(({ values }) => [...values].filter((value) => value !== 0)),
    vanished: openings.filter(({ degree }) => degree === 2).map(({ values }) => Array.from(values, (value) => value === 0)),
  };
}

test("a search in two histograms with one answer opens the same bits, and else uniform numbers", () => {
  const histograms = [
    [0, 1, 0, 3, 1, 0, 0, 0, 0],
    [2, 0, 0, 1, 0, 0, 0, 0, 2],
    [0, 0, 0, 5, 0, 0, 0, 0, 0],
  ];
  const seen = histograms.map((histogram) => searchSaid(histogram, 3, 1));
  for (const { answer, vanished } of seen) {
    expect(answer).toBe(3);
    expect(vanished).toEqual(seen[0]!.vanished);
  }
  for (const histogram of histograms) {
    const { masked, compared } = searchSaid(histogram, 3, 300);
    expect(masked).toHaveLength(300 * masksAhead(9, 1));
    expectUniform(masked);
    expectUniform(compared);
  }
});

test("a search by powers in two histograms with one answer opens the same bits, and else uniform numbers; powers are made behind uniform numbers", () => {
  const histograms = [
    [0, 1, 0, 3, 1, 0, 0, 0, 0],
    [2, 0, 0, 1, 0, 0, 0, 0, 2],
    [0, 0, 0, 5, 0, 0, 0, 0, 0],
  ];
  const said = (histogram: readonly number[], copies: number) => {
    const rounds: Round[][] = [];
    run(
      4,
      function* (self, scheme): Protocol<number[][]> {
        const demands = Array.from({ length: copies }, () => demandOf(powersDemand(3, 9), ranksByPowersDemand(9, 1)));
        const dealt = yield* pooled(scheme, self, histogram, demandOf(...demands));
        const copied = Array.from({ length: copies }, () => raise(scheme, cumulative(dealt.counts), 3, dealt.supply));
        const powers = yield* together<Powers[]>(copied);
        const searches = powers.map((made) => ({ histogram: dealt.counts, n: 5, ranks: [3], powers: made }));
        return yield* findRanks(scheme, searches, NO_MASKS, self, seeded(self + 5), dealt.supply);
      },
      (round, holder, exchange) => {
        (rounds[exchange] ??= [])[holder] = round;
        return round;
      },
    );
    const openings = rounds.slice(2).map((heard) =>
      heard[0]!.open.flatMap(({ degree }, i) =>
        Array.from(
          open(
            schemeFor(4),
            heard.map((round) => round.open[i]!.shares),
            degree,
          ),
        ),
      ),
    );
    return { raised: openings.slice(0, 2).flat(), told: openings.slice(2).flat() };
  };
  const bits = histograms.map((histogram) => said(histogram, 1).told.map((value) => value === 0));
  for (const seen of bits) expect(seen).toEqual(bits[0]);
  for (const histogram of histograms) {
    const { raised, told } = said(histogram, 300);
    expectUniform(raised);
    expectUniform(told.filter((value) => value !== 0));
  }
});
