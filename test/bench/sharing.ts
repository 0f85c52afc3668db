import { randomBytes } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import {
  cumulative,
  type Dealing,
  dealing,
  type Dealt,
  type Demand,
  demandOf,
  findRanks,
  type Masks,
  masks,
  masksAhead,
  masksDemand,
  opening,
  powersDemand,
  type Protocol,
  raise,
  ranksByPowersDemand,
  ranksDemand,
  rehearse,
  schemeFor,
  smallness,
  smallnessDemand,
  together,
} from "@tutti/sharing";
import type { BenchRow } from "./row.ts";

const HOLDERS = 12;
const RUNS = 15;
const GRID_POINTS = 180;
/** k = 5 with zeros hidden. */
const SMALL = { from: 0, to: 4 };
/** Comparisons are dealt together with the secrets for up to so many patients; for more, when their number is known. */
const PATIENTS_AHEAD = 1023;

/** Powers of cumulative counts, which a session makes ahead for a small network. */
const POWERS = 16;
const NO_MASKS: Masks = { values: new Uint32Array(0), bits: [] };

const scheme = schemeFor(HOLDERS);
const challenge = (exchange: number): Uint8Array => sha256(Uint8Array.of(exchange));
type Strength = "checked" | "semi-honest";

/**
 * Twelve parties in one process: the pooled sum, verdict and opening of cells, and the exact median of a histogram, from the dealing to the
 * opened answer. Each beside the same run without the check of what was dealt, and beside the same arithmetic done in the clear.
 */
export async function sharingBench(): Promise<BenchRow[]> {
  return [...cellRows(1000, 100), ...cellRows(50, 20), ...medianRows(25), ...medianRows(100_000)];
}

function cellRows(cells: number, targetMs: number): BenchRow[] {
  const own = Array.from({ length: HOLDERS }, (_, i) =>
    Uint32Array.from({ length: cells }, (_cell, j) => (j % 4 === 0 ? Number(i < 4) : (i + j) % 3)),
  );
  const expected = inTheClear(own);
  const shared = (strength: Strength) => () => {
    const { results } = rehearse(
      scheme,
      own.map((counts, self) => released(self, counts, strength)),
      challenge,
    );
    expectSame(results[HOLDERS - 1], expected);
  };
  const [value, semiHonest, clear] = medians([shared("checked"), shared("semi-honest"), () => inTheClear(own)]);
  const row = {
    name: `sum, verdict and opening of ${cells} cells, ${HOLDERS} parties`,
    value: value!,
    unit: "ms",
    target: `at most ${targetMs} ms`,
  };
  return [
    { ...row, reference: "the same, what was dealt not checked", ratio: value! / semiHonest! },
    { ...row, reference: "the same sums and products in the clear, BigInt", ratio: value! / clear! },
  ];
}

function medianRows(patients: number): BenchRow[] {
  const own = Array.from({ length: HOLDERS }, (_, i) => histogramOf(Math.floor((patients + i) / HOLDERS), i));
  const expected = medianInTheClear(own, patients);
  let exchanges = 0;
  const shared = (strength: Strength) => () => {
    const rehearsed = rehearse(
      scheme,
      own.map((counts, self) => median(self, counts, patients, strength)),
      challenge,
    );
    expectSame(rehearsed.results[HOLDERS - 1], expected);
    exchanges = rehearsed.exchanges;
  };
  const [value, semiHonest] = medians([shared("checked"), shared("semi-honest")]);
  const name = `exact median of ${patients} patients on ${GRID_POINTS} steps, ${HOLDERS} parties`;
  return [
    {
      name,
      value: value!,
      unit: "ms",
      reference: "the same, what was dealt not checked",
      ratio: value! / semiHonest!,
      target: "at most 150 ms",
    },
    { name, value: exchanges, unit: "exchanges", reference: "none", ratio: null, target: "at most 24 exchanges" },
  ];
}

function* pooled(self: number, counts: Uint32Array, demand: Demand): Protocol<Dealt> {
  const dealers = Array.from({ length: HOLDERS }, (_, holder) => ({ contributes: true, holder }));
  const what: Dealing = { scheme, dealers, counts: counts.length, sums: 0, demand, spare: 0 };
  return yield* dealing(what, self, { counts, sums: new BigUint64Array(0) }, randomBytes);
}

function* checkedIf(strength: Strength, dealt: Dealt): Protocol<void> {
  if (strength === "checked") yield* dealt.check;
  else dealt.supply.release();
}

function* released(self: number, own: Uint32Array, strength: Strength): Protocol<(number | null)[]> {
  const { counts, supply, ...dealt } = yield* pooled(self, own, smallnessDemand(SMALL, own.length));
  yield* checkedIf(strength, { counts, supply, ...dealt });
  const small = yield* smallness(scheme, counts, SMALL, supply);
  const opened = yield* opening(
    counts.filter((_, j) => !small[j]),
    scheme.degree,
  );
  let next = 0;
  return small.map((hidden) => (hidden ? null : opened[next++]!));
}

function* median(self: number, own: Uint32Array, patients: number, strength: Strength): Protocol<number> {
  return yield* patients <= 2 * POWERS ? medianByPowers(self, own, patients, strength) : medianByComparison(self, own, patients, strength);
}

function* medianByPowers(self: number, own: Uint32Array, patients: number, strength: Strength): Protocol<number> {
  const dealt = yield* pooled(self, own, demandOf(powersDemand(POWERS, own.length), ranksByPowersDemand(own.length, 1)));
  yield* checkedIf(strength, dealt);
  const powers = yield* raise(scheme, cumulative(dealt.counts), POWERS, dealt.supply);
  const search = { histogram: dealt.counts, n: patients, ranks: [Math.ceil(patients / 2)], powers };
  return (yield* findRanks(scheme, [search], NO_MASKS, self, randomBytes, dealt.supply))[0]![0]!;
}

function* medianByComparison(self: number, own: Uint32Array, patients: number, strength: Strength): Protocol<number> {
  const ahead = masksAhead(own.length, 1);
  const dealt = yield* pooled(self, own, demandOf(masksDemand(ahead), ranksDemand(own.length, 1, PATIENTS_AHEAD)));
  const [made] = yield* together<[Masks, void]>([masks(scheme, ahead, dealt.supply), checkedIf(strength, dealt)]);
  const search = { histogram: dealt.counts, n: patients, ranks: [Math.ceil(patients / 2)] };
  return (yield* findRanks(scheme, [search], made, self, randomBytes, dealt.supply))[0]![0]!;
}

/** Sums, and r · ∏ (x − j) over the small values j, as the parties work them out together. */
function inTheClear(own: readonly Uint32Array[]): (number | null)[] {
  const prime = 2n ** 31n - 1n;
  return Array.from(own[0]!, (_, j) => {
    const sum = own.reduce((total, counts) => (total + BigInt(counts[j]!)) % prime, 0n);
    let product = 12345n;
    for (let small = BigInt(SMALL.from); small <= SMALL.to; small++) product = (product * (sum - small + prime)) % prime;
    return product === 0n ? null : Number(sum);
  });
}

function medianInTheClear(own: readonly Uint32Array[], patients: number): number {
  let total = 0;
  return own[0]!.findIndex((_, point) => (total += own.reduce((sum, counts) => sum + counts[point]!, 0)) >= Math.ceil(patients / 2));
}

function histogramOf(patients: number, centre: number): Uint32Array {
  const counts = new Uint32Array(GRID_POINTS);
  for (let patient = 0; patient < patients; patient++) counts[(patient * 37 + centre * 11) % GRID_POINTS]!++;
  return counts;
}

/** The median duration in milliseconds of each, run in turns, after two rounds to warm up. */
function medians(runs: readonly (() => unknown)[]): number[] {
  const durations = runs.map((): number[] => []);
  for (let round = -2; round < RUNS; round++) {
    runs.forEach((run, i) => {
      const from = performance.now();
      run();
      if (round >= 0) durations[i]!.push(performance.now() - from);
    });
  }
  return durations.map((times) => times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)]!);
}

function expectSame(result: unknown, expected: unknown): void {
  if (JSON.stringify(result) !== JSON.stringify(expected)) throw new Error("the parties and the clear do not agree");
}
