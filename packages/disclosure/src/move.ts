import { add, mul, P, sub } from "@tutti/field";
import { Balance } from "./balance.ts";
import { type Prospects, prospectsOf } from "./prospects.ts";
import { Queue } from "./queue.ts";
import type { Table } from "./table.ts";

/**
 * A change of cells that leaves every relation as it is: the circuit of the specification, with a number of patients on each cell. Numbers
 * of patients are unknown amounts, compared as elements mod 2³¹ − 1 (see `amountsOf`).
 */
export interface Beginning {
  /** What each of these cells gains, given from the start. */
  readonly changes: ReadonlyMap<number, number>;
  /** The amounts that other cells may gain or lose, each with the cells that are known to hold so many. Each is at most k − 1. */
  readonly amounts: ReadonlyMap<number, readonly number[]>;
  /** The cells that contain one of those. */
  readonly above: ReadonlySet<number>;
  /** Cells that have to be hidden as well. */
  readonly besides: readonly number[];
}

/** Which cells a move changes, and what hiding them costs. */
export interface Move {
  readonly cells: readonly number[];
  readonly cost: number;
}

/** A change of one cell. */
interface Option {
  readonly cell: number;
  readonly change: number;
}

/** What a search is given. */
interface Problem {
  readonly beginning: Beginning;
  readonly prospects: Prospects;
  readonly price: (cell: number) => number;
  /** The order in which rows are balanced, for those that come first. */
  readonly ranks: ReadonlyMap<number, number>;
  /** Moves that cost as much or more are of no use. */
  readonly below: number;
}

/** One more cell in a partial move. */
interface Step extends Option {
  readonly before: Step | null;
  readonly depth: number;
  readonly cost: number;
  /** How many rows it leaves unbalanced. */
  readonly open: number;
  /** The same for the same changes in any order. */
  readonly mark: number;
  readonly order: number;
}

/**
 * Completes a beginning to a move at the least cost: uniform-cost search over partial moves, each step balancing one row with one cell.
 * Null when there is none, or none was found within so many steps.
 */
export class Mover {
  readonly #table: Table;
  readonly #cells: readonly number[];
  readonly #firm: (cell: number) => boolean;
  /** The partial move at hand. */
  readonly #balance: Balance;
  /** A number for each cell, without structure: sums of changes times them tell partial moves apart. */
  readonly #marks: Float64Array;

  /** @param cells of one component; firm: whether a cell is known to be at least k */
  constructor(table: Table, cells: readonly number[], firm: (cell: number) => boolean) {
    this.#table = table;
    this.#cells = cells;
    this.#firm = firm;
    this.#balance = new Balance(table);
    this.#marks = new Float64Array(table.size);
    for (let cell = 0, mark = 1; cell < table.size; cell++) this.#marks[cell] = mark = mul(mark, MARK);
  }

  /** @param price what it costs to hide a cell: 0 when it is hidden anyhow, Infinity when it can't be; below: only moves that cost less */
  complete(beginning: Beginning, price: (cell: number) => number, maxSteps: number, below: number = Infinity): Move | null {
    const { changes, amounts, above, besides } = beginning;
    const begun = [...changes.keys()];
    const cost = [...new Set([...begun, ...besides])].reduce((sum, cell) => sum + price(cell), 0);
    if (cost >= below) return null;
    const free = this.#cells.filter((cell) => price(cell) !== Infinity);
    const given = new Map([...changes].map(([cell, change]) => [cell, amounts.has(change)]));
    const prospects = prospectsOf(this.#table, free, (cell) => this.#firm(cell) || above.has(cell), given);
    if (prospects === null) return null;
    for (const [cell, change] of changes) this.#balance.settle(cell, change);
    const problem = { beginning, prospects, price, ranks: this.#ranks(begun), below };
    const last = this.#search(problem, cost, maxSteps, sooner) ?? this.#search(problem, cost, maxSteps, deeper);
    for (const cell of begun) this.#balance.unsettle(cell);
    if (last === null) return null;
    const cells = new Set([...begun, ...besides]);
    for (let { step } = last; step !== null; step = step.before) cells.add(step.cell);
    return { cells: [...cells], cost: last.cost };
  }

  #search(problem: Problem, begun: number, maxSteps: number, before: Before): { readonly step: Step | null; readonly cost: number } | null {
    const queue = new Queue<Step>(before);
    const seen = new Set<number>();
    const path: Step[] = [];
    let made = 0;
    let step: Step | null = null;
    let cost = begun;
    let steps = 0;
    while (this.#balance.unbalanced.size > 0 && steps++ < maxSteps) {
      for (const { cell, change } of this.#options(problem)) {
        const mark = add(step?.mark ?? 0, mul(change, this.#marks[cell]!));
        const dearer = cost + problem.price(cell);
        if (dearer >= problem.below || seen.has(mark)) continue;
        seen.add(mark);
        const open = this.#balance.unbalanced.size + this.#balance.opens(cell, change);
        const depth = (step?.depth ?? 0) + 1;
        queue.push({ cell, change, before: step, depth, cost: dearer, open, mark, order: made++ });
      }
      const next = queue.pop();
      if (next === undefined) break;
      this.#travel(path, next);
      step = next;
      cost = next.cost;
    }
    const done = this.#balance.unbalanced.size === 0;
    this.#travel(path, null);
    return done ? { step, cost } : null;
  }

  /** The ways to balance one row: the one first that the beginning left unbalanced, highest first, or else the one with the fewest. */
  #options(problem: Problem): readonly Option[] {
    let best: readonly Option[] = [];
    let bestRank = Infinity;
    for (const row of this.#balance.unbalanced) {
      const rank = problem.ranks.get(row) ?? Infinity;
      if (best.length > 0 && (rank > bestRank || (rank === bestRank && best.length === 1))) continue;
      const options = this.#optionsOf(row, problem);
      if (options === null) return [];
      if (options.length === 0) continue;
      if (best.length === 0 || rank < bestRank || options.length < best.length) {
        best = options;
        bestRank = rank;
      }
    }
    return best;
  }

  /** The single changes that balance a row; none where it takes several cells; null where nothing will. */
  #optionsOf(row: number, { beginning: { amounts }, prospects, price }: Problem): readonly Option[] | null {
    const residual = this.#balance.residual(row);
    const options: Option[] = [];
    let free = false;
    for (const { cell, sign } of this.#table.rows[row]!.members) {
      if (this.#balance.settled(cell) || price(cell) === Infinity) continue;
      free = true;
      const change = sign === 1 ? sub(0, residual) : residual;
      if (amounts.has(change) ? prospects.gains(cell) : prospects.loses(cell) && this.#holds(cell, P - change, amounts)) {
        options.push({ cell, change });
      }
    }
    const single = amounts.size === 1 && (amounts.has(residual) || amounts.has(P - residual));
    return options.length === 0 && (single || !free) ? null : options;
  }

  /** A firm cell can lose any amount, another one those of the patients that it contains. */
  #holds(cell: number, amount: number, amounts: Beginning["amounts"]): boolean {
    const holders = amounts.get(amount);
    return holders !== undefined && (this.#firm(cell) || holders.some((holder) => this.#table.above(holder).has(cell)));
  }

  /** Rows that the beginning leaves unbalanced come first, those of large cells before those of small ones. */
  #ranks(begun: readonly number[]): ReadonlyMap<number, number> {
    const size = (row: number): number => this.#table.below(this.#table.rows[row]!.total).size;
    const inside = new Set(begun.flatMap((cell) => this.#table.rowsOf[cell]!.map(({ row }) => row)));
    const rows = [...inside].toSorted((a, b) => size(b) - size(a) || a - b);
    return new Map(rows.map((row, i) => [row, i]));
  }

  /** Leaves the partial move at hand for another one. */
  #travel(path: Step[], to: Step | null): void {
    const ahead: Step[] = [];
    let common = to;
    for (; common !== null && path[common.depth - 1] !== common; common = common.before) ahead.push(common);
    while (path.length > (common?.depth ?? 0)) this.#balance.unsettle(path.pop()!.cell);
    for (const step of ahead.toReversed()) {
      this.#balance.settle(step.cell, step.change);
      path.push(step);
    }
  }
}

type Before = (a: Step, b: Step) => boolean;

/** The cheapest first; then the deepest, the best balanced, the oldest. */
function sooner(a: Step, b: Step): boolean {
  return (a.cost - b.cost || b.depth - a.depth || a.open - b.open || a.order - b.order) < 0;
}

/** The deepest first: finds a move at once where the cheapest is hard to find. */
function deeper(a: Step, b: Step): boolean {
  return (b.depth - a.depth || a.open - b.open || a.cost - b.cost || a.order - b.order) < 0;
}

/** A generator of the numbers mod 2³¹ − 1 (Park and Miller 1988). */
const MARK = 48_271;
