import { createHash, randomBytes } from "node:crypto";
import { type Dealing, dealing, pointsNeeded, type Protocol, rehearse, schemeFor, smallness, smallnessDemand } from "@tutti/sharing";
import { median } from "./median.ts";
import type { BenchRow } from "./row.ts";

const HOLDERS = 12;
const NEW_CELLS = 60;
/** k = 5: 1 to 4 patients in one of the two only are too few to tell. */
const NEAR = { from: 1, to: 4 };

const scheme = schemeFor(HOLDERS);
const challenge = (exchange: number): Uint8Array => new Uint8Array(createHash("sha256").update(Uint8Array.of(exchange)).digest());

/**
 * The guard: 60 new cells, each tested against so many earlier sets while both are secret, with dealing and its check; twelve parties in one
 * process on one core. Beside it the same differences added and compared in the clear.
 */
export function guardBench(): BenchRow[] {
  return [10, 1_000, 10_000].map((sets) => {
    const pairs = NEW_CELLS * sets;
    const own = Array.from({ length: HOLDERS }, (_, i) =>
      Uint32Array.from({ length: pairs }, (_pair, j) => (j % 97 === 0 ? Number(i === 3) : (i * j) % 5)),
    );
    const times: number[] = [];
    const clearTimes: number[] = [];
    for (let run = 0; run < (sets > 1_000 ? 1 : 4); run++) {
      const fromClear = performance.now();
      const expected = inTheClear(own);
      clearTimes.push(performance.now() - fromClear);
      const from = performance.now();
      const { results } = rehearse(scheme, own.map(near), challenge);
      times.push(performance.now() - from);
      const last = results[HOLDERS - 1];
      if (!Array.isArray(last) || last.some((is, j) => is !== expected[j])) throw new Error("the parties do not find the near pairs");
    }
    const value = median(times.length > 1 ? times.slice(1) : times);
    return {
      name: `the guard: ${NEW_CELLS} new cells against ${sets} earlier sets, ${HOLDERS} parties in one process`,
      value,
      unit: "ms",
      reference: "the same differences in the clear",
      ratio: value / median(clearTimes),
      target: sets === 1_000 ? "at most 2,000 ms" : "stated",
    };
  });
}

function* near(differences: Uint32Array, self: number): Protocol<boolean[]> {
  const dealers = Array.from({ length: HOLDERS }, (_, holder) => ({ contributes: true, holder }));
  const spare = HOLDERS - pointsNeeded(scheme, scheme.productDegree);
  const what: Dealing = { scheme, dealers, counts: differences.length, sums: 0, demand: smallnessDemand(NEAR, differences.length), spare };
  const dealt = yield* dealing(what, self, { counts: differences, sums: new BigUint64Array(0) }, randomBytes);
  yield* dealt.check;
  return yield* smallness(scheme, dealt.counts, NEAR, dealt.supply);
}

function inTheClear(own: readonly Uint32Array[]): boolean[] {
  return Array.from(own[0]!, (_, pair) => {
    const sum = own.reduce((total, differences) => total + differences[pair]!, 0);
    return sum >= NEAR.from && sum <= NEAR.to;
  });
}
