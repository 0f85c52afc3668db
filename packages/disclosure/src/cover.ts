import { hittingSet } from "./hitting-set.ts";
import type { Way, Ways } from "./ways.ts";

/** Cells that hide for the sake of others. */
export interface Cover {
  readonly cells: ReadonlySet<number>;
  /** No set that was found to do costs less, and the search was complete. */
  readonly optimal: boolean;
}

/** With more demands, one order of them is tried. */
const MANY_DEMANDS = 80;
/** With more candidates, there is no search for the optimum; it stops after so many searches for moves. */
const MAX_CANDIDATES = 64;
const MAX_SEARCHES = 400;

/**
 * A small set of cells that, hidden, meets every demand; null when some demand is not met whatever hides. First demand by demand, each at
 * the least cost, without those cells that prove needless; then, where the component is not too large, the optimum.
 *
 * @param demands their indices; candidates: the cells that may hide at a cost, in canonical order
 */
export function coverOf(ways: Ways, demands: readonly number[], candidates: readonly number[]): Cover | null {
  const alone: Way[] = [];
  for (const demand of demands) {
    const way = ways.cheapest(demand, new Set());
    if (way === null) return null;
    alone.push(way);
  }
  const least = Math.max(...alone.map(({ cost }) => cost));
  const dearest = demands.toSorted((a, b) => alone[b]!.cost - alone[a]!.cost || a - b);
  const orders = [dearest, dearest.toReversed(), demands].slice(0, demands.length > MANY_DEMANDS ? 1 : undefined);
  const [first, ...others] = orders.map((order) => pruned(ways, demands, oneByOne(ways, order, alone)));
  const best = others.reduce((a, b) => (ways.total(b) < ways.total(a) ? b : a), first!);
  if (ways.total(best) === least) return { cells: best, optimal: true };
  return candidates.length > MAX_CANDIDATES ? { cells: best, optimal: false } : new Optimum(ways, demands, candidates).find(best);
}

/** Meets one demand after the other at the least cost; where that is hard to find, as it would be met alone. */
function oneByOne(ways: Ways, order: readonly number[], alone: readonly Way[]): ReadonlySet<number> {
  const hidden = new Set<number>();
  for (const demand of order) {
    const cells = ways.within(demand, hidden) ?? (ways.cheapest(demand, hidden) ?? alone[demand]!).cells;
    for (const cell of cells) hidden.add(cell);
  }
  return hidden;
}

/** Without each cell, dearest first, that no demand needs. */
function pruned(ways: Ways, demands: readonly number[], cells: ReadonlySet<number>): ReadonlySet<number> {
  const hidden = new Set(cells);
  const used = demands.map((demand) => ways.within(demand, hidden));
  if (!every(used)) return hidden;
  for (const cell of [...hidden].toSorted((a, b) => ways.total([b]) - ways.total([a]) || a - b)) {
    hidden.delete(cell);
    const touched = demands.filter((demand) => used[demand]!.includes(cell));
    const again = touched.map((demand) => ways.within(demand, hidden));
    if (every(again)) touched.forEach((demand, i) => (used[demand] = again[i]!));
    else hidden.add(cell);
  }
  return hidden;
}

/**
 * The cheapest set, by implicit hitting sets (Chandrasekaran, Karp, Moreno-Centeno and Vempala, "Algorithms for implicit hitting set
 * problems", 2011): hide the cheapest cells that hit every clause so far; where a demand is not met, at least one of the cells outside a
 * largest set that doesn't meet it has to hide, which is a new clause.
 */
class Optimum {
  readonly #ways: Ways;
  readonly #demands: readonly number[];
  readonly #candidates: readonly number[];

  constructor(ways: Ways, demands: readonly number[], candidates: readonly number[]) {
    this.#ways = ways;
    this.#demands = demands;
    this.#candidates = candidates;
  }

  /** @param best a set that does */
  find(best: ReadonlySet<number>): Cover {
    const clauses: (readonly number[])[] = [];
    const limit = this.#ways.total(best);
    const lastSearch = this.#ways.searches + MAX_SEARCHES;
    for (;;) {
      const cells = hittingSet(clauses, (cell) => this.#ways.total([cell]), limit);
      if (cells === null) return { cells: best, optimal: true };
      if (cells === undefined || this.#ways.searches > lastSearch) return { cells: best, optimal: false };
      const unmet = this.#demands.filter((demand) => !this.#meets(demand, cells));
      if (unmet.length === 0) return { cells, optimal: true };
      const fresh: (readonly number[])[] = [];
      for (const demand of unmet) {
        if (fresh.length > 0 && this.#meets(demand, new Set([...cells, ...fresh.flat()]))) continue;
        const clause = this.#clause(demand, cells);
        if (clause.length === 0) return { cells: best, optimal: false };
        fresh.push(clause);
      }
      clauses.push(...fresh);
    }
  }

  #meets(demand: number, hidden: ReadonlySet<number>): boolean {
    return this.#ways.within(demand, hidden) !== null;
  }

  /** Cells of which a demand takes at least one besides these; none when a search that was cut short contradicts another. */
  #clause(demand: number, cells: ReadonlySet<number>): readonly number[] {
    const outside = new Set<number>();
    let hidden = new Set([...cells, ...this.#candidates]);
    for (let way = this.#ways.within(demand, hidden); way !== null; way = this.#ways.within(demand, hidden)) {
      const more = way.filter((cell) => !cells.has(cell));
      if (more.length === 0) return [];
      for (const cell of more) outside.add(cell);
      hidden = new Set([...cells, ...this.#candidates.filter((cell) => !outside.has(cell))]);
    }
    return [...outside].filter((cell) => {
      hidden.add(cell);
      if (!this.#meets(demand, hidden)) return false;
      hidden.delete(cell);
      return true;
    });
  }
}

function every<T>(all: (T | null)[]): all is T[] {
  return !all.includes(null);
}
