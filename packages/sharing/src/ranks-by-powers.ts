import { join } from "@tutti/field";
import { evaluate, type Powers, vanishingAt } from "./powers.ts";
import { openProduct } from "./product.ts";
import { firstTrue, type RankSearch } from "./rank-search.ts";
import type { Protocol } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import type { Demand, Supply } from "./supply.ts";

/** A search with powers of its cumulative counts, as many as its ranks ask for (see `isWithinPowers`). */
export interface RaisedSearch extends RankSearch {
  readonly powers: Powers;
}

/** What one search by powers uses, once they are made. */
export function ranksByPowersDemand(points: number, ranks: number): Demand {
  const questions = Math.max(0, points - 1) * ranks;
  return { randoms: questions, zeros: questions, doubles: 0 };
}

/** Whether powers up to `highest` tell all ranks of n values: ∏ over the counts below the rank, or over those from it on, must be linear in them. */
export function isWithinPowers(n: number, ranks: readonly number[], highest: number): boolean {
  return ranks.every((rank) => Math.min(rank, n - rank + 1) <= highest);
}

/**
 * For each rank m of each search the index of the first grid point with a cumulative count ≥ m. All points but the last are asked about at once: a
 * question takes no more than a random and a zero, and an exchange is what costs. Every answer follows from the index. One exchange.
 */
export function* ranksByPowers(scheme: Scheme, searches: readonly RaisedSearch[], supply: Supply): Protocol<number[][]> {
  const asked = searches.map((search) => search.ranks.map((rank) => questionOf(search, rank)));
  const all = join(asked.flat().map(({ products }) => products));
  const opened = all.length === 0 ? all : yield* openProduct(scheme, all, supply.randoms(all.length), supply);
  let at = 0;
  return asked.map((questions) =>
    questions.map(({ products, fromBelow }) => {
      const answers = opened.subarray(at, (at += products.length));
      return firstTrue(Array.from(answers, (value) => (value === 0) !== fromBelow));
    }),
  );
}

/**
 * With C a cumulative count, 0 … n, and ρ a random secret: ρ · ∏ (C − j) over the j below the rank opens to 0 just when C is below it, else to
 * something uniform; over the j from the rank on, just when it is not. Whichever has fewer factors is taken.
 */
function questionOf({ n, histogram, powers }: RaisedSearch, rank: number): { readonly products: Uint32Array; readonly fromBelow: boolean } {
  const fromBelow = 2 * rank <= n + 1;
  const coefficients = fromBelow ? vanishingAt(0, rank - 1) : vanishingAt(rank, n);
  return { products: evaluate(coefficients, powers, histogram.length - 1), fromBelow };
}
