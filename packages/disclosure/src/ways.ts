import type { Beginning, Move, Mover } from "./move.ts";
import type { Demand } from "./protection.ts";

/** Steps of a search for the cheapest move, and for one within what is hidden. */
const MAX_STEPS = 80;
const MAX_CHECK_STEPS = 60;

/** Cells that have to be hidden at a cost to meet a demand; `cost` leaves out those that are hidden already. */
export interface Way {
  readonly cells: readonly number[];
  readonly cost: number;
}

/** How the demands of one component can be met, and what that costs. Ways that were found are kept. */
export class Ways {
  readonly #mover: Mover;
  readonly #demands: readonly Demand[];
  /** What it costs to hide a cell: 0 when it hides anyhow, Infinity when it can't. */
  readonly #cost: (cell: number) => number;
  /** The cells at a cost of each way that was found to meet each demand. */
  readonly #known: readonly (readonly number[])[][];

  constructor(mover: Mover, demands: readonly Demand[], cost: (cell: number) => number) {
    this.#mover = mover;
    this.#demands = demands;
    this.#cost = cost;
    this.#known = demands.map(() => []);
  }

  /** What hiding these cells costs. */
  total(cells: Iterable<number>): number {
    let total = 0;
    for (const cell of cells) total += this.#cost(cell);
    return total;
  }

  /** The cheapest way found to meet a demand when these are hidden; null when none is found. */
  cheapest(demand: number, hidden: ReadonlySet<number>): Way | null {
    const least = { way: null as Way | null };
    for (const beginnings of this.#demands[demand]!) {
      least.way = this.#all(beginnings, hidden, least.way?.cost) ?? least.way;
      if (least.way?.cost === 0) break;
    }
    if (least.way !== null) this.#known[demand]!.push(least.way.cells);
    return least.way;
  }

  /** Makes one move after the other; what one hides costs the next nothing. Null when one can't be made, or all cost no less than `below`. */
  #all(beginnings: readonly Beginning[], hidden: ReadonlySet<number>, below: number = Infinity): Way | null {
    const cells = new Set<number>();
    const price = (cell: number): number => (hidden.has(cell) || cells.has(cell) ? 0 : this.#cost(cell));
    let cost = 0;
    for (const beginning of beginnings) {
      const move = this.#mover.complete(beginning, price, MAX_STEPS, below - cost);
      if (move === null) return null;
      cost += move.cost;
      for (const cell of move.cells) if (this.#cost(cell) > 0) cells.add(cell);
    }
    return { cells: [...cells], cost };
  }

  /** The cells at a cost of a way to meet a demand when these alone are hidden; null when none is found. */
  within(demand: number, hidden: ReadonlySet<number>): readonly number[] | null {
    const known = this.#known[demand]!.find((cells) => cells.every((cell) => hidden.has(cell)));
    if (known !== undefined) return known;
    const found = this.#search(demand, hidden);
    if (found !== null) this.#known[demand]!.push(found);
    return found;
  }

  #search(demand: number, hidden: ReadonlySet<number>): readonly number[] | null {
    const price = (cell: number): number => (hidden.has(cell) || this.#cost(cell) === 0 ? 0 : Infinity);
    for (const beginnings of this.#demands[demand]!) {
      const cells = new Set<number>();
      const made = beginnings.every((beginning) => {
        const move: Move | null = this.#mover.complete(beginning, price, MAX_CHECK_STEPS);
        for (const cell of move?.cells ?? []) if (this.#cost(cell) > 0) cells.add(cell);
        return move !== null;
      });
      if (made) return [...cells];
    }
    return null;
  }
}
