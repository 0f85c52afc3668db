import type { Dataset } from "@tutti/dataset";
import { Diagram, NONE, type SetId } from "./diagram.ts";
import { LimitError, LIMITS } from "./limit.ts";
import type { Cell, Input, Plan, Relation, Result } from "./plan.ts";

/** What of a cell is not its patients: see `Cell`. */
export type Standing = Pick<Cell, "role" | "sensitive">;

/** A plan in the making: inputs, cells and relations that mean the same are kept once, in the order of their first use. */
export class Draft {
  readonly diagram: Diagram;
  readonly #dataset: string;
  readonly #inputs: Input[] = [];
  readonly #inputSets: SetId[] = [];
  readonly #inputAt = new Map<string, number>();
  readonly #cells: (Standing & { readonly set: SetId; readonly terms: readonly number[]; readonly within: Set<number> })[] = [];
  readonly #cellAt = new Map<SetId, number>();
  readonly #relations: Relation[] = [];
  readonly #related = new Set<string>();
  readonly #results: Result[] = [];
  #contributed = 0;
  #numbers = 0;

  constructor(name: string, dataset: Dataset) {
    this.#dataset = name;
    this.diagram = new Diagram(dataset);
  }

  /** The index of an input over the patients of `set`. */
  input(input: Input, set: SetId): number {
    const what = input.kind === "count" ? "" : `${input.variable} ${input.kind === "sum" ? input.power : ""}`;
    const key = `${input.kind} ${set} ${what}`;
    let at = this.#inputAt.get(key);
    if (at === undefined) {
      this.#contributed += input.kind === "histogram" ? input.points : 1;
      if (this.#contributed > LIMITS.contribution) tooLarge("what each centre would contribute");
      this.#inputSets.push(set);
      this.#inputAt.set(key, (at = this.#inputs.push(input) - 1));
    }
    return at;
  }

  /**
   * The index of the cell of `set`, which tells of the block whose patients are the cell `within` (null: it is that cell). The first
   * definition gives its terms. Its role is `missing` only while nothing
   * asks for it as anything else, for then it has to pass the rule like any other.
   */
  cell(set: SetId, within: number | null, standing: Standing, terms: () => readonly number[]): number {
    const at = this.#cell(set, standing, terms);
    this.#cells[at]!.within.add(within ?? at);
    return at;
  }

  #cell(set: SetId, { role, sensitive }: Standing, terms: () => readonly number[]): number {
    const at = this.#cellAt.get(set);
    if (at === undefined) {
      if (this.#cells.length === LIMITS.cells) tooLarge("the number of cells");
      const index =
        this.#cells.push({ set, role, sensitive: role === "missing" && sensitive, terms: this.#some(terms()), within: new Set() }) - 1;
      this.#cellAt.set(set, index);
      return index;
    }
    const cell = this.#cells[at]!;
    if (cell.role === "missing") {
      this.#cells[at] = { ...cell, role, sensitive: role === "missing" && (cell.sensitive || sensitive) };
    }
    return at;
  }

  /** Notes that a total is the sum of its parts. Parts that are nobody by definition say nothing and are left out. */
  relation(total: number, parts: readonly number[]): void {
    const some = parts.filter((part) => this.#cells[part]!.set !== NONE);
    if (some.length < 2) return;
    const key = `${total}=${some.toSorted((a, b) => a - b).join()}`;
    if (this.#related.has(key)) return;
    this.#related.add(key);
    this.#relations.push({ total, parts: some });
  }

  /** Adds a row of the release that holds so many numbers. */
  result(result: Result, numbers: number): void {
    this.#numbers += numbers;
    if (this.#numbers > LIMITS.numbers) tooLarge("the release");
    this.#results.push(result);
  }

  /** Inputs without those that are nobody's by definition, unless there is no other. */
  #some(inputs: readonly number[]): readonly number[] {
    const some = inputs.filter((input) => this.#inputSets[input] !== NONE);
    return some.length > 0 ? some : inputs.slice(0, 1);
  }

  finish(): Plan {
    return {
      dataset: this.#dataset,
      inputs: this.#inputs,
      cells: this.#cells.map(({ set, within, ...cell }) => ({
        key: this.diagram.text(set),
        ...cell,
        within: [...within].toSorted((a, b) => a - b),
      })),
      relations: this.#relations,
      results: this.#results,
    };
  }
}

/** Refuses a query for its size. */
export function tooLarge(what: string): never {
  throw new LimitError(`${what} would be too large: ask for fewer measures, or with fewer strata, at a time`);
}
