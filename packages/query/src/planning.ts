import { type Dataset, gridOf } from "@tutti/dataset";
import { type Atom, Cube, type Layer } from "./cube.ts";
import { predicateOf } from "./cohort.ts";
import type { SetId } from "./diagram.ts";
import { Draft, type Standing } from "./draft.ts";
import { atCorner, cornersOf, entangled, type Look } from "./entanglement.ts";
import type { Input, Plan, Result, Stratum } from "./plan.ts";
import type { Predicate } from "./predicate.ts";
import { quantileOf } from "./quantile.ts";
import type { Measure, Query } from "./query.ts";

/**
 * What a query means: a pure function of (query, dataset), the same at every party. The query must have passed
 * `check` with this dataset; otherwise a RangeError or a LimitError may be thrown. See docs/spec/query.md.
 */
export function plan(query: Query, dataset: Dataset): Plan {
  const draft = new Draft(query.dataset, dataset);
  const where = query.where === undefined ? undefined : predicateOf(query.where);
  const cube = new Cube(draft, where, query.by ?? []);
  const planning = new Planning(draft, cube);
  for (const measure of query.measures) planning.measure(measure);
  planning.tie(query.by ?? []);
  return draft.finish();
}

const PART: Standing = { role: "part", sensitive: false };
const KNOWN: Standing = { role: "known", sensitive: false };

/** Lays the cells of one measure after the other into the cube. */
class Planning {
  readonly #draft: Draft;
  readonly #cube: Cube;
  readonly #patients: Layer;
  readonly #knownOf = new Map<string, Layer>();
  readonly #missingOf = new Map<string, Layer>();
  readonly #partsOf = new Map<string, readonly Layer[]>();

  constructor(draft: Draft, cube: Cube) {
    this.#draft = draft;
    this.#cube = cube;
    this.#patients = cube.layer(
      (set) => set,
      null,
      { role: "patients", sensitive: false },
      (atom) => [this.#count(atom)],
    );
  }

  measure(measure: Measure): void {
    if ("count" in measure) this.#results(1, (at, i) => ({ ...at, kind: "count", count: this.#patients[i]! }), measure);
    else if ("proportion" in measure) this.#proportion(measure, measure.proportion);
    else if ("distribution" in measure) this.#distribution(measure, measure.distribution);
    else if ("quantiles" in measure) this.#quantiles(measure, measure.quantiles, measure.at);
    else this.#mean(measure, measure.mean);
  }

  #proportion(measure: Measure, variable: string): void {
    const { known, parts } = this.#parts(variable);
    const [positive, negative] = parts;
    this.#results(
      3,
      (at, i) => ({ ...at, kind: "proportion", known: known[i]!, positive: positive![i]!, negative: negative![i]! }),
      measure,
    );
  }

  #distribution(measure: Measure, variable: string): void {
    const { known, parts } = this.#parts(variable);
    const names = this.#values(variable).map((value) => String(value.name));
    const counts = (i: number) => parts.map((part, j) => [names[j]!, part[i]!] as const);
    this.#results(1 + parts.length, (at, i) => ({ ...at, kind: "distribution", known: known[i]!, counts: counts(i) }), measure);
  }

  #quantiles(measure: Measure, variable: string, at: readonly number[]): void {
    const grid = this.#grid(variable);
    const condition: Predicate = { variable, known: true };
    const histogram = (atom: Atom) => this.#input(atom, condition, { kind: "histogram", variable, points: grid.points });
    const known = this.#known(variable, (atom) => [histogram(atom)]);
    const asked = at.map((q) => quantileOf(q) ?? unchecked());
    this.#results(
      1 + asked.length,
      (row, i, atoms) => ({ ...row, kind: "quantiles", known: known[i]!, variable, grid, at: asked, histograms: atoms.map(histogram) }),
      measure,
    );
  }

  #mean(measure: Measure, variable: string): void {
    const grid = this.#grid(variable);
    const condition: Predicate = { variable, known: true };
    const sum = (power: 1 | 2) => (atom: Atom) => this.#input(atom, condition, { kind: "sum", variable, power });
    const known = this.#known(variable, (atom) => [this.#count(atom, condition)]);
    this.#results(
      3,
      (row, i, atoms) => ({
        ...row,
        kind: "mean",
        known: known[i]!,
        variable,
        grid,
        sums: atoms.map(sum(1)),
        squares: atoms.map(sum(2)),
      }),
      measure,
    );
  }

  /** Known = the sum of its values; patients = known + missing. */
  #parts(variable: string): { known: Layer; parts: readonly Layer[] } {
    const values = this.#values(variable);
    const known = this.#known(variable, (atom) => values.map((value) => this.#count(atom, value.condition)));
    let parts = this.#partsOf.get(variable);
    if (parts === undefined) {
      parts = values.map((value, i) =>
        this.#cube.layer(
          (set) => this.#draft.diagram.having(set, variable, i),
          this.#patients,
          PART,
          (atom) => [this.#count(atom, value.condition)],
        ),
      );
      this.#cube.relate(known, parts);
      this.#partsOf.set(variable, parts);
    }
    return { known, parts };
  }

  /** The layer of those whose value is recorded, beside that of those whose isn't. The first measure that asks gives its terms. */
  #known(variable: string, terms: (atom: Atom) => readonly number[]): Layer {
    const before = this.#knownOf.get(variable);
    if (before !== undefined) return before;
    const { diagram } = this.#draft;
    const sensitive = diagram.domain(variable).variable.recorded === "sensitive";
    const having = (recorded: boolean) => (set: SetId) => diagram.and(set, diagram.set({ variable, known: recorded }));
    const known = this.#cube.layer(having(true), this.#patients, KNOWN, terms);
    const missing = this.#cube.layer(having(false), this.#patients, { role: "missing", sensitive }, (atom) => [
      this.#count(atom, { variable, known: false }),
    ]);
    this.#cube.relate(this.#patients, [known, missing]);
    this.#knownOf.set(variable, known);
    this.#missingOf.set(variable, missing);
    return known;
  }

  /**
   * Where the cohort's condition ties measured variables together, the cells of their combinations: no result shows them, and each value of a variable
   * is the sum of those with it. So that what follows from several numbers is a cell that is tested, and protected.
   */
  tie(by: readonly string[]): void {
    const { diagram } = this.#draft;
    const measured = [...this.#knownOf.keys()].map((variable): Look => this.#look(variable));
    const strata = by
      .filter((variable) => !this.#knownOf.has(variable))
      .map((variable): Look => ({ variable, values: this.#told(variable) }));
    const tied = entangled(diagram, this.#cube.blocks[0]!.set, [...measured, ...strata]).filter(({ variable }) => !by.includes(variable));
    if (tied.length < 2) return;
    const corners = cornersOf(tied).map((corner) => {
      const values = corner.map((value, i) => tied[i]!.values[value]!);
      const absent = tied.filter((_, i) => values[i]!.missing);
      const sensitive = absent.some(({ variable }) => diagram.domain(variable).variable.recorded === "sensitive");
      const condition: Predicate = { all: values.map((value) => value.condition) };
      const layer = this.#cube.layer(
        (set) => atCorner(diagram, set, tied, corner),
        this.#patients,
        absent.length > 0 ? { role: "missing", sensitive } : PART,
        (atom) => [this.#count(atom, condition)],
      );
      return { corner, layer };
    });
    tied.forEach(({ variable }, i) => {
      this.#layersOf(variable).forEach((layer, value) => {
        this.#cube.relate(
          layer,
          corners.flatMap((one) => (one.corner[i] === value ? [one.layer] : [])),
        );
      });
    });
  }

  /** What is told apart of a measured variable, and the layers of it in the same order. */
  #look(variable: string): Look {
    if (this.#partsOf.has(variable)) return { variable, values: this.#told(variable) };
    const values = [true, false].map((known) => ({ condition: { variable, known }, missing: !known }));
    return { variable, values };
  }

  #layersOf(variable: string): readonly Layer[] {
    return [...(this.#partsOf.get(variable) ?? [this.#knownOf.get(variable)!]), this.#missingOf.get(variable)!];
  }

  #told(variable: string): Look["values"] {
    const values = this.#values(variable).map(({ condition }) => ({ condition, missing: false }));
    return [...values, { condition: { variable, known: false }, missing: true }];
  }

  #results(
    numbers: number,
    result: (row: { measure: string; stratum: Stratum }, block: number, atoms: readonly Atom[]) => Result,
    { id }: Measure,
  ): void {
    this.#cube.blocks.forEach(({ stratum, atoms }, i) => {
      if (stratum !== null) this.#draft.result(result({ measure: id, stratum }, i, atoms), numbers);
    });
  }

  #count(atom: Atom, condition?: Predicate): number {
    return this.#input(atom, condition, { kind: "count" });
  }

  #input(atom: Atom, condition: Predicate | undefined, what: Unplaced): number {
    const { diagram } = this.#draft;
    const set = condition === undefined ? atom.set : diagram.and(atom.set, diagram.set(condition));
    const all = condition === undefined ? atom.conditions : [...atom.conditions, condition];
    return this.#draft.input({ ...what, predicate: all.length === 1 ? all[0]! : { all } }, set);
  }

  #values(variable: string): readonly { name: string | boolean | null; condition: Predicate }[] {
    return this.#draft.diagram.domain(variable).values.filter(({ name }) => name !== null);
  }

  #grid(name: string): ReturnType<typeof gridOf> {
    const { variable } = this.#draft.diagram.domain(name);
    return variable.type === "number" ? gridOf(variable.grid) : unchecked();
  }
}

/** An input without its patients. */
type Unplaced = Input extends infer I ? (I extends Input ? Omit<I, "predicate"> : never) : never;

function unchecked(): never {
  throw new RangeError("this query does not fit the dataset: check it before planning it");
}
