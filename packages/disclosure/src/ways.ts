import type { Beginning, Move, Mover } from "./move.ts";
import type { Demand } from "./protection.ts";

/** Steps of a search for the cheapest move, and for one within what is hidden. */
const MAX_STEPS = 300;
const MAX_CHECK_STEPS = 60;
/** Steps for a check whose answer is all that is asked for. */
export const THOROUGH_STEPS = 2_000;

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
  /** The cells at a cost of each move that was found. */
  readonly #known = new Map<Beginning, (readonly number[])[]>();
  readonly #maxCheckSteps: number;
  #searches = 0;

  constructor(mover: Mover, demands: readonly Demand[], cost: (cell: number) => number, maxCheckSteps: number = MAX_CHECK_STEPS) {
    this.#mover = mover;
    this.#demands = demands;
    this.#cost = cost;
    this.#maxCheckSteps = maxCheckSteps;
  }

  /** How many moves were searched for so far: a measure of work that is the same everywhere. */
  get searches(): number {
    return this.#searches;
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
    return least.way;
  }

  /**
   * Makes one move after the other; what one hides costs the next nothing. Null when one can't be made, or all cost no less than `below`.
   */
  #all(beginnings: readonly Beginning[], hidden: ReadonlySet<number>, below: number = Infinity): Way | null {
    const cells = new Set<number>();
    const price = (cell: number): number => (hidden.has(cell) || cells.has(cell) ? 0 : this.#cost(cell));
    let cost = 0;
    for (const beginning of beginnings) {
      this.#searches++;
      const move = this.#mover.complete(beginning, price, MAX_STEPS, below - cost);
      if (move === null) return null;
      cost += move.cost;
      for (const cell of this.#keep(beginning, move)) cells.add(cell);
    }
    return { cells: [...cells], cost };
  }

  /** The cells at a cost of a way to meet a demand when these alone are hidden; null when none is found. */
  within(demand: number, hidden: ReadonlySet<number>): readonly number[] | null {
    for (const beginnings of this.#demands[demand]!) {
      const cells = new Set<number>();
      const made = beginnings.every((beginning) => {
        const move = this.#within(beginning, hidden);
        for (const cell of move ?? []) cells.add(cell);
        return move !== null;
      });
      if (made) return [...cells];
    }
    return null;
  }

  #within(beginning: Beginning, hidden: ReadonlySet<number>): readonly number[] | null {
    const known = this.#known.get(beginning)?.find((cells) => cells.every((cell) => hidden.has(cell)));
    if (known !== undefined) return known;
    const price = (cell: number): number => (hidden.has(cell) || this.#cost(cell) === 0 ? 0 : Infinity);
    this.#searches++;
    const move = this.#mover.complete(beginning, price, this.#maxCheckSteps);
    return move === null ? null : this.#keep(beginning, move);
  }

  #keep(beginning: Beginning, move: Move): readonly number[] {
    const cells = move.cells.filter((cell) => this.#cost(cell) > 0);
    this.#known.set(beginning, [...(this.#known.get(beginning) ?? []), cells]);
    return cells;
  }
}
