import { add, P, sub } from "@tutti/field";
import type { Table } from "./table.ts";

/** A partial move: what each cell gains so far, and the rows that this leaves unbalanced. Amounts are elements mod 2³¹ − 1. */
export class Balance {
  readonly #table: Table;
  /** What each cell gains; −1 where nothing is settled. */
  readonly #changes: Float64Array;
  /** Sum of signs · changes of each row. */
  readonly #residuals: Float64Array;
  readonly #unbalanced = new Set<number>();

  constructor(table: Table) {
    this.#table = table;
    this.#changes = new Float64Array(table.size).fill(-1);
    this.#residuals = new Float64Array(table.rows.length);
  }

  /** Rows whose changes do not add up, in the order in which they came to be. */
  get unbalanced(): ReadonlySet<number> {
    return this.#unbalanced;
  }

  settled(cell: number): boolean {
    return this.#changes[cell] !== -1;
  }

  /** By how much the change of a row's total exceeds that of its parts. */
  residual(row: number): number {
    return this.#residuals[row]!;
  }

  /** How many more rows are unbalanced after a change than before. */
  opens(cell: number, change: number): number {
    let more = 0;
    for (const { row, sign } of this.#table.rowsOf[cell]!) {
      const residual = this.#residuals[row]!;
      if (residual === 0) more++;
      else if (residual === (sign === 1 ? P - change : change)) more--;
    }
    return more;
  }

  settle(cell: number, change: number): void {
    this.#changes[cell] = change;
    for (const { row, sign } of this.#table.rowsOf[cell]!) this.#add(row, sign === 1 ? change : sub(0, change));
  }

  unsettle(cell: number): void {
    const change = this.#changes[cell]!;
    this.#changes[cell] = -1;
    for (const { row, sign } of this.#table.rowsOf[cell]!) this.#add(row, sign === 1 ? sub(0, change) : change);
  }

  #add(row: number, by: number): void {
    const residual = add(this.#residuals[row]!, by);
    this.#residuals[row] = residual;
    if (residual === 0) this.#unbalanced.delete(row);
    else this.#unbalanced.add(row);
  }
}
