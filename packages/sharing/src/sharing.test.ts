import { P, type Random, WIDE_P } from "@tutti/field";
import { sha256 } from "@noble/hashes/sha2.js";
import { shake128 } from "@noble/hashes/sha3.js";
import { expect, test } from "vitest";
import fc from "fast-check";
import {
  type Dealing,
  dealing,
  demandOf,
  findRanks,
  masks,
  masksAhead,
  masksDemand,
  opening,
  openProduct,
  type Protocol,
  rehearse,
  type Scheme,
  schemeFor,
  smallness,
  smallnessDemand,
  type SmallValues,
  SharingFault,
  together,
} from "./index.ts";

/** Random bytes from a seed, one stream a party. */
function seeded(seed: number): Random {
  const stream = shake128.create({}).update(Uint8Array.of(seed & 255, (seed >> 8) & 255, seed >> 16));
  return (bytes) => stream.xof(bytes);
}
const challenge = (exchange: number): Uint8Array => sha256(Uint8Array.of(exchange, 42));
const sizes = [3, 4, 5, 6, 7, 10, 12, 13, 15];

function dealingOf(scheme: Scheme, counts: number, sums: number, demand = demandOf()): Dealing {
  const dealers = Array.from({ length: scheme.holders }, (_, holder) => ({ contributes: true, holder }));
  return { scheme, dealers, counts, sums, demand, spare: 0 };
}

function* total(what: Dealing, self: number, counts: number[], sums: bigint[]): Protocol<{ counts: number[]; sums: bigint[] }> {
  const secrets = { counts: Uint32Array.from(counts), sums: BigUint64Array.from(sums) };
  const dealt = yield* dealing(what, self, secrets, seeded(self));
  yield* dealt.check;
  const heard = yield {
    deal: null,
    open: [{ shares: dealt.counts, degree: what.scheme.degree }],
    openWide: [{ shares: dealt.sums, degree: what.scheme.degree }],
  };
  return { counts: [...heard.opened[0]!], sums: [...heard.openedWide[0]!] };
}

test.each(sizes)("%i holders open the sums of what they dealt", (n) => {
  const scheme = schemeFor(n);
  const what = dealingOf(scheme, 3, 2);
  const own = Array.from({ length: n }, (_, i) => ({ counts: [i, 1, (P - 1 + i) % P], sums: [BigInt(i) ** 12n, WIDE_P - 1n] }));
  const { results } = rehearse(
    scheme,
    own.map((o, i) => total(what, i, o.counts, o.sums)),
    challenge,
  );
  const expected = {
    counts: [0, 1, 2].map((j) => own.reduce((sum, o) => (sum + o.counts[j]!) % P, 0)),
    sums: [0, 1].map((j) => own.reduce((sum, o) => (sum + o.sums[j]!) % WIDE_P, 0n)),
  };
  for (const result of results) expect(result).toEqual(expected);
});

function* tested(scheme: Scheme, self: number, values: number[], small: SmallValues): Protocol<boolean[]> {
  const what = dealingOf(scheme, values.length, 0, smallnessDemand(small, values.length));
  const counts = Uint32Array.from(values, (value) => (self === 0 ? value : 0));
  const dealt = yield* dealing(what, self, { counts, sums: new BigUint64Array(0) }, seeded(self + 100));
  yield* dealt.check;
  return yield* smallness(scheme, dealt.counts, small, dealt.supply);
}

test.each(sizes)("%i holders see of a secret count only whether it is small", (n) => {
  const values = [...Array(30).keys(), 100, 1_000_000, P - 1];
  for (const from of [0, 1]) {
    for (const to of [1, 2, 4, 5, 10, 24]) {
      const scheme = schemeFor(n);
      const { results } = rehearse(
        scheme,
        Array.from({ length: n }, (_, i) => tested(scheme, i, values, { from, to })),
        challenge,
      );
      for (const result of results) expect(result).toEqual(values.map((x) => x >= from && x <= to));
    }
  }
});

test("masks are their bits", () => {
  const scheme = schemeFor(7);
  function* run(self: number): Protocol<number[][]> {
    const dealt = yield* dealing(
      dealingOf(scheme, 0, 0, masksDemand(4)),
      self,
      { counts: new Uint32Array(0), sums: new BigUint64Array(0) },
      seeded(self),
    );
    const [, made] = yield* together([dealt.check, masks(scheme, 4, dealt.supply)]);
    const opened: number[][] = [];
    for (const vector of [made.values, ...made.bits]) opened.push([...(yield* opening(vector, scheme.degree))]);
    return opened;
  }
  const { results } = rehearse(
    scheme,
    Array.from({ length: 7 }, (_, i) => run(i)),
    challenge,
  );
  const [values, ...bits] = results[0] as number[][];
  for (const k of [0, 1, 2, 3]) {
    expect(bits.every((bit) => bit[k] === 0 || bit[k] === 1)).toBe(true);
    expect(bits.reduce((sum, bit, b) => sum + bit[k]! * 2 ** b, 0) % P).toBe(values![k]);
  }
});

function* ranked(
  scheme: Scheme,
  self: number,
  histograms: number[][],
  ranks: number[][],
  ahead: number,
  seed: number,
): Protocol<number[][]> {
  const points = histograms.reduce((sum, histogram) => sum + histogram.length, 0);
  const what = dealingOf(scheme, points, 0, masksDemand(ahead));
  const counts = Uint32Array.from(histograms.flat(), (count) => (self === 1 ? count : 0));
  const dealt = yield* dealing(what, self, { counts, sums: new BigUint64Array(0) }, seeded(self + seed));
  const [, made] = yield* together([dealt.check, masks(scheme, ahead, dealt.supply)]);
  let at = 0;
  const searches = histograms.map((histogram, s) => ({
    histogram: dealt.counts.subarray(at, (at += histogram.length)),
    n: histogram.reduce((sum, count) => sum + count, 0),
    ranks: ranks[s]!,
  }));
  return yield* findRanks(scheme, searches, made, self, seeded(self + seed + 50));
}

function expectedRanks(histogram: number[], ranks: number[]): number[] {
  return ranks.map((rank) => {
    let sum = 0;
    return histogram.findIndex((count) => (sum += count) >= rank);
  });
}

test("order statistics are exact, for any histogram and any ranks", () => {
  const histogram = fc
    .array(fc.oneof(fc.constant(0), fc.nat(3), fc.nat(100_000)), { minLength: 1, maxLength: 40 })
    .filter((h) => h.some((c) => c > 0));
  fc.assert(
    fc.property(fc.array(histogram, { minLength: 1, maxLength: 3 }), fc.constantFrom(3, 4, 7), fc.nat(60_000), (histograms, n, seed) => {
      const scheme = schemeFor(n);
      const ranks = histograms.map((h) => {
        const total = h.reduce((a, b) => a + b, 0);
        return [...new Set([1, Math.ceil(total / 4), Math.ceil(total / 2), Math.min(total, Math.floor(total / 2) + 1), total])].filter(
          (m) => m >= 1,
        );
      });
      const ahead = histograms.reduce((sum, h) => sum + masksAhead(h.length, 1), 0);
      const { results } = rehearse(
        scheme,
        Array.from({ length: n }, (_, i) => ranked(scheme, i, histograms, ranks, ahead, seed)),
        challenge,
      );
      for (const result of results) expect(result).toEqual(histograms.map((h, s) => expectedRanks(h, ranks[s]!)));
    }),
    { numRuns: 25 },
  );
});

test("a median of 25 on a 181-point grid takes 9 exchanges after the deal and its check", () => {
  const scheme = schemeFor(12);
  const histogram = Array.from({ length: 181 }, (_, g) => (g % 7 === 0 && g < 175 ? 1 : 0));
  const { results, exchanges } = rehearse(
    scheme,
    Array.from({ length: 12 }, (_, i) => ranked(scheme, i, [histogram], [[13]], masksAhead(181, 1), 3)),
    challenge,
  );
  expect(results[5]).toEqual([expectedRanks(histogram, [13])[0]].map((x) => [x]));
  expect(exchanges).toBe(2 + 9);
});

test("a product opens behind a zero", () => {
  const scheme = schemeFor(4);
  function* run(self: number): Protocol<number> {
    const dealt = yield* dealing(
      dealingOf(scheme, 2, 0, { randoms: 0, zeros: 1, doubles: 0 }),
      self,
      { counts: Uint32Array.of(self, self + 1), sums: new BigUint64Array(0) },
      seeded(self),
    );
    yield* dealt.check;
    return (yield* openProduct(scheme, dealt.counts.subarray(0, 1), dealt.counts.subarray(1, 2), dealt.supply))[0]!;
  }
  expect(rehearse(scheme, [0, 1, 2, 3].map(run), challenge).results).toEqual([60, 60, 60, 60]);
});

test("SharingFault is what rehearse reports", () => {
  const scheme = schemeFor(4);
  const { results } = rehearse(
    scheme,
    [0, 1, 2, 3].map((i) => tested(scheme, i, [3], { from: 0, to: 4 })),
    challenge,
    (round, holder, exchange) => (holder === 2 && exchange === 1 ? null : round),
  );
  expect(results[0]).toBeInstanceOf(SharingFault);
});
