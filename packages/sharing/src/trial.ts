import type { Random } from "@tutti/field";
import { sha256 } from "@noble/hashes/sha2.js";
import { shake128 } from "@noble/hashes/sha3.js";
import { type Dealing, dealing, type Dealt, type Secrets } from "./dealing.ts";
import { SharingFault } from "./fault.ts";
import { type Interference, rehearse, type Rehearsed } from "./rehearsal.ts";
import type { Opening, Protocol, Round } from "./round.ts";
import { type Scheme, schemeFor } from "./scheme.ts";
import { type Demand, demandOf } from "./supply.ts";

/** What the tests share: seeded parties, and ways to lie. Not exported from the package. */
export const SIZES: readonly number[] = [3, 4, 5, 6, 7, 10, 12, 13, 15];

/** Random bytes from a seed, 0 … 2²⁴ − 1. */
export function seeded(seed: number): Random {
  const stream = shake128.create({}).update(Uint8Array.of(seed & 255, (seed >> 8) & 255, seed >> 16));
  return (bytes) => stream.xof(bytes);
}

/** The public randomness of an exchange. */
export function challengeOf(exchange: number): Uint8Array {
  return sha256(Uint8Array.of(exchange, 42));
}

/** A dealing in which every holder contributes. */
export function everybody(scheme: Scheme, counts: number, sums: number, demand: Demand = demandOf()): Dealing {
  const dealers = Array.from({ length: scheme.holders }, (_, holder) => ({ contributes: true, holder }));
  return { scheme, dealers, counts, sums, demand, spare: 0 };
}

/** Runs n holders together. */
export function run<T>(n: number, party: (self: number, scheme: Scheme) => Protocol<T>, interfere?: Interference): Rehearsed<T> {
  const scheme = schemeFor(n);
  const parties = Array.from({ length: n }, (_, self) => party(self, scheme));
  return rehearse(scheme, parties, challengeOf, interfere);
}

/** Deals and checks: holder 0 contributes the values, the others zeros. */
export function* pooled(scheme: Scheme, self: number, values: readonly number[], demand: Demand, seed = 0): Protocol<Dealt> {
  const what = everybody(scheme, values.length, 0, demand);
  const dealt = yield* dealing(what, self, countsOnly(values, self === 0), seeded(seed + self));
  yield* dealt.check;
  return dealt;
}

/** Secrets without sums; all zero for a party that does not own the values. */
export function countsOnly(values: readonly number[], owner = true): Secrets {
  return { counts: Uint32Array.from(values, (value) => (owner ? value : 0)), sums: new BigUint64Array(0) };
}

/** The round with one of its narrow openings changed. */
export function withShares(round: Round, which: number, change: (shares: Uint32Array) => Uint32Array): Round {
  const open = round.open.map((one, k): Opening<Uint32Array> => (k === which ? { ...one, shares: change(one.shares.slice()) } : one));
  return { ...round, open };
}

/** The result of a holder; throws the fault that stopped it. */
export function resultOf<T>(result: T | SharingFault | undefined): T {
  if (result === undefined || result instanceof SharingFault) throw result ?? new Error("nobody there");
  return result;
}

/** Pearson's χ² of the counts against a uniform expectation, in standard deviations above its mean (degrees of freedom = cells − 1). */
export function excess(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const expected = total / counts.length;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  return (chiSquare - freedom) / Math.sqrt(2 * freedom);
}

/** Counts how often elements fall into each of 2^bits equal ranges of the field. */
export function histogramOf(elements: Iterable<number>, bits: number): number[] {
  const counts = Array.from({ length: 2 ** bits }, () => 0);
  for (const x of elements) counts[x >>> (31 - bits)]!++;
  return counts;
}
