import type { Dataset } from "@tutti/dataset";
import { type Domain, domainOf } from "./domain.ts";

/** The variables of a dataset, numbered from 0 in the order of their names. */
export class NumberedVariables {
  readonly #dataset: Dataset;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #names: readonly string[];
  readonly #domains: Domain[] = [];

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
    this.#names = Object.keys(dataset.variables).toSorted();
    this.#numbers = new Map(this.#names.map((name, number) => [name, number]));
  }

  /** Throws a RangeError for a variable that the dataset does not have. */
  numberOf(name: string): number {
    const number = this.#numbers.get(name);
    if (number === undefined) throw new RangeError("the dataset has no such variable: check the query before planning it");
    return number;
  }

  domain(number: number): Domain {
    return (this.#domains[number] ??= domainOf(this.#names[number]!, this.#dataset));
  }
}

const numbered = new WeakMap<Dataset, NumberedVariables>();

/** The variables of a dataset; worked out once. */
export function numberedVariables(dataset: Dataset): NumberedVariables {
  const known = numbered.get(dataset) ?? new NumberedVariables(dataset);
  numbered.set(dataset, known);
  return known;
}
