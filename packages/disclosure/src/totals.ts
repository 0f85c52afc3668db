import { add, wideAdd } from "@tutti/field";
import { layout, type Layout, type Plan, type Result } from "@tutti/query";

/**
 * One holder's shares of the pooled contribution. Opaque: shares come out only as the openings that the rule allows
 * (`revealed`, `searched`), and it can't be encoded.
 */
export class Totals {
  readonly #plan: Plan;
  readonly #layout: Layout;
  readonly #counts: Uint32Array;
  readonly #sums: BigUint64Array;

  /** @param counts shares of `layout(plan).narrow` pooled numbers; sums: of `layout(plan).wide` */
  constructor(plan: Plan, counts: Uint32Array, sums: BigUint64Array) {
    this.#plan = plan;
    this.#layout = layout(plan);
    this.#counts = counts;
    this.#sums = sums;
  }

  /** Shares of cells, to be tested or, where the rule allows it, opened. */
  cells(cells: readonly number[]): Uint32Array {
    return Uint32Array.from(cells, (cell) => this.#plan.cells[cell]!.terms.reduce((sum, term) => add(sum, this.#term(term)), 0));
  }

  /** Shares of the histogram of a quantile's result, over its atoms. */
  histogram({ histograms, grid }: Extract<Result, { kind: "quantiles" }>): Uint32Array {
    const pooled = new Uint32Array(grid.points);
    for (const input of histograms) {
      const from = this.#layout.offsets[input]!;
      for (let point = 0; point < grid.points; point++) pooled[point] = add(pooled[point]!, this.#counts[from + point]!);
    }
    return pooled;
  }

  /** Shares of sums of wide inputs, one for each list. */
  sums(lists: readonly (readonly number[])[]): BigUint64Array {
    return BigUint64Array.from(lists, (inputs) =>
      inputs.reduce((sum, input) => wideAdd(sum, this.#sums[this.#layout.offsets[input]!]!), 0n),
    );
  }

  /** Refuses: shares never leave as data. */
  toJSON(): never {
    throw new TypeError("totals are secret and can't be encoded: open them through the rule of disclosure");
  }

  #term(index: number): number {
    const input = this.#plan.inputs[index]!;
    const from = this.#layout.offsets[index]!;
    if (input.kind !== "histogram") return this.#counts[from]!;
    let sum = 0;
    for (let point = 0; point < input.points; point++) sum = add(sum, this.#counts[from + point]!);
    return sum;
  }
}
