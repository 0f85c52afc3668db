import { type Contribution, layout, type Plan, type Result } from "@tutti/query";

/**
 * A contribution as people can check it, a line for each result: `measure, stratum | numbers`. Sums are of grid indices; of a histogram the
 * points that are not 0 are shown, by their value.
 */
export function contributionText(plan: Plan, contribution: Contribution): readonly string[] {
  const numbers = new Numbers(plan, contribution);
  return plan.results.map((result) => {
    const stratum = Object.entries(result.stratum).map(([name, value]) => `${name} ${value}`);
    return `${[result.measure, ...stratum].join(", ")} | ${numbers.of(result).join(", ")}`;
  });
}

class Numbers {
  readonly #plan: Plan;
  readonly #contribution: Contribution;
  readonly #offsets: readonly number[];

  constructor(plan: Plan, contribution: Contribution) {
    this.#plan = plan;
    this.#contribution = contribution;
    this.#offsets = layout(plan).offsets;
  }

  of(result: Result): readonly string[] {
    switch (result.kind) {
      case "count":
        return [String(this.#cell(result.count))];
      case "proportion":
        return [`known ${this.#cell(result.known)}`, `yes ${this.#cell(result.positive)}`, `no ${this.#cell(result.negative)}`];
      case "distribution":
        return [`known ${this.#cell(result.known)}`, ...result.counts.map(([label, cell]) => `${label}: ${this.#cell(cell)}`)];
      case "quantiles": {
        const { points, valueAt } = result.grid;
        const counts = Array.from({ length: points }, (_, g) => sum(result.histograms.map((input) => this.#histogram(input)[g]!)));
        return [`known ${this.#cell(result.known)}`, ...counts.flatMap((count, g) => (count === 0 ? [] : [`${valueAt(g)}: ${count}`]))];
      }
      case "mean":
        return [`known ${this.#cell(result.known)}`, `sum ${this.#wide(result.sums)}`, `squares ${this.#wide(result.squares)}`];
    }
  }

  #cell(cell: number): number {
    return sum(this.#plan.cells[cell]!.terms.map((input) => sum([...this.#histogram(input)])));
  }

  /** The numbers of a count (one) or of a histogram. */
  #histogram(at: number): Uint32Array {
    const input = this.#plan.inputs[at]!;
    const offset = this.#offsets[at]!;
    return this.#contribution.counts.subarray(offset, offset + (input.kind === "histogram" ? input.points : 1));
  }

  #wide(inputs: readonly number[]): bigint {
    return inputs.reduce((total, input) => total + this.#contribution.sums[this.#offsets[input]!]!, 0n);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
