import type { Dataset } from "@tutti/dataset";
import { type Domain, domainOf } from "./domain.ts";
import { LimitError, LIMITS } from "./limit.ts";
import type { Predicate } from "./predicate.ts";

/** A set of patients. Within one diagram, two sets are the same number exactly when no data can tell them apart. */
export type SetId = number;

/** Nobody, and everybody. */
export const NONE: SetId = 0;
export const ALL: SetId = 1;

/** Two numbers of sets make one that is exact. */
const MAX_SETS = 2 ** 26;

interface Node {
  readonly variable: string;
  /** One set for each value of the variable's domain. */
  readonly children: readonly SetId[];
}

/**
 * A reduced ordered decision diagram with one branch for each value of a variable, variables in the order of
 * their names (Bryant 1986, with many values; Srinivasan et al. 1990). Nodes are kept once, so equal sets are equal numbers.
 */
export class Diagram {
  readonly #dataset: Dataset;
  readonly #domains = new Map<string, Domain>();
  readonly #nodes: (Node | null)[] = [null, null];
  readonly #unique = new Map<string, SetId>();
  /** By both sets, in one number. */
  readonly #ands = new Map<number, SetId>();
  readonly #nots = new Map<SetId, SetId>([
    [NONE, ALL],
    [ALL, NONE],
  ]);
  readonly #recorded = new Map<SetId, SetId>();
  readonly #texts = new Map<SetId, string>();
  readonly #looked = new Map<SetId, readonly string[]>([
    [NONE, []],
    [ALL, []],
  ]);
  #stepsLeft: number = LIMITS.predicateSteps;

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  /** Allows so many steps from here; a new diagram has enough for one predicate. */
  allow(steps: number): void {
    this.#stepsLeft = steps;
  }

  /** What is remembered: sets, and those that two others have in common. */
  get size(): number {
    return this.#nodes.length + this.#ands.size;
  }

  domain(name: string): Domain {
    let domain = this.#domains.get(name);
    if (domain === undefined) this.#domains.set(name, (domain = domainOf(name, this.#dataset)));
    return domain;
  }

  /** The set of a predicate. Throws a LimitError when it takes too long, a RangeError when it does not fit the dataset. */
  set(predicate: Predicate): SetId {
    if ("all" in predicate) return predicate.all.reduce((sum, p) => this.and(sum, this.set(p)), ALL);
    if ("any" in predicate) return predicate.any.reduce((sum, p) => this.or(sum, this.set(p)), NONE);
    if ("not" in predicate) return this.not(this.set(predicate.not));
    const { values, variable } = this.domain(predicate.variable);
    const known = values.filter(({ name }) => name !== null).length;
    if ("known" in predicate) return this.#atom(predicate.variable, (i) => i < known === predicate.known);
    if ("in" in predicate) {
      const wanted = new Set(predicate.in);
      return this.#atom(predicate.variable, (i) => i < known && wanted.has(values[i]!.name!));
    }
    const cut = "atLeast" in predicate ? predicate.atLeast : predicate.below;
    const at = variable.type === "number" ? variable.cuts.indexOf(cut) : -1;
    if (at < 0) throw new RangeError("a number is compared at its cut points only: check the query before planning it");
    return this.#atom(predicate.variable, "atLeast" in predicate ? (i) => i > at && i < known : (i) => i <= at);
  }

  /** The patients in the set who have that value of the variable. */
  having(set: SetId, name: string, value: number): SetId {
    return this.and(
      set,
      this.#atom(name, (i) => i === value),
    );
  }

  /** The patients who are, for each value of the variable, in the set beside it. */
  branching(name: string, children: readonly SetId[]): SetId {
    this.#step(children.length);
    return this.#node(name, children);
  }

  not(set: SetId): SetId {
    let result = this.#nots.get(set);
    if (result === undefined) {
      const { variable, children } = this.#nodes[set]!;
      this.#step(children.length);
      result = this.#node(
        variable,
        children.map((child) => this.not(child)),
      );
      this.#nots.set(set, result);
      this.#nots.set(result, set);
    }
    return result;
  }

  and(one: SetId, other: SetId): SetId {
    if (one === other || other === ALL) return one;
    if (one === ALL) return other;
    if (one === NONE || other === NONE) return NONE;
    const key = one < other ? one * MAX_SETS + other : other * MAX_SETS + one;
    let result = this.#ands.get(key);
    if (result === undefined) {
      const a = this.#nodes[one]!;
      const b = this.#nodes[other]!;
      const variable = a.variable <= b.variable ? a.variable : b.variable;
      const { length } = this.domain(variable).values;
      this.#step(length);
      const child = (set: SetId, node: Node, i: number) => (node.variable === variable ? node.children[i]! : set);
      result = this.#node(
        variable,
        Array.from({ length }, (_, i) => this.and(child(one, a, i), child(other, b, i))),
      );
      this.#ands.set(key, result);
    }
    return result;
  }

  or(one: SetId, other: SetId): SetId {
    return this.not(this.and(this.not(one), this.not(other)));
  }

  /** The patients who are in one of the two only. */
  either(one: SetId, other: SetId): SetId {
    return this.or(this.and(one, this.not(other)), this.and(other, this.not(one)));
  }

  /** Whether there is a variable that both sets look at. */
  shareVariable(one: SetId, other: SetId): boolean {
    const looked = this.variablesOf(one);
    return this.variablesOf(other).some((variable) => looked.includes(variable));
  }

  /** The variables that a set looks at. */
  variablesOf(set: SetId): readonly string[] {
    let variables = this.#looked.get(set);
    if (variables === undefined) {
      const { variable, children } = this.#nodes[set]!;
      variables = [...new Set([variable, ...children.flatMap((child) => (child > ALL ? this.variablesOf(child) : []))])];
      this.#looked.set(set, variables);
    }
    return variables;
  }

  /**
   * The set as if a value that is missing were the first of its variable's: two sets are then equal exactly when they differ by nobody but patients of
   * whom something is not recorded. Where having been recorded is sensitive, missing stays a value of its own.
   */
  recorded(set: SetId): SetId {
    if (set <= ALL) return set;
    let result = this.#recorded.get(set);
    if (result === undefined) {
      const { variable, children } = this.#nodes[set]!;
      this.#step(children.length);
      const inside = children.map((child) => this.recorded(child));
      const { values, variable: described } = this.domain(variable);
      const mayBeMissing = values.at(-1)!.name === null && described.recorded !== "sensitive";
      result = this.#node(variable, mayBeMissing ? inside.with(inside.length - 1, inside[0]!) : inside);
      this.#recorded.set(set, result);
    }
    return result;
  }

  /** Whether a patient is in the set, by the place of each value in its variable's domain. */
  has(set: SetId, placeOf: (variable: string, values: number) => number): boolean {
    let at = set;
    while (at > ALL) {
      const { variable, children } = this.#nodes[at]!;
      at = children[placeOf(variable, children.length)]!;
    }
    return at === ALL;
  }

  /** Values of some variables that put a patient into the set; `choose` takes one of so many. Not of `NONE`. */
  member(set: SetId, choose: (variable: string, choices: number) => number): ReadonlyMap<string, number> {
    const path = new Map<string, number>();
    let at = set;
    while (at > ALL) {
      const { variable, children } = this.#nodes[at]!;
      const possible = [...children.keys()].filter((place) => children[place] !== NONE);
      const place = possible[choose(variable, possible.length)]!;
      path.set(variable, place);
      at = children[place]!;
    }
    return path;
  }

  /**
   * The set in words that depend on nothing but the set: `variable(value,value:more;value)`, where only the values
   * that lead to somebody stand, those with the same continuation together; `#k` is the k-th node written before.
   */
  text(set: SetId): string {
    if (set === NONE) return "none";
    if (set === ALL) return "all";
    let text = this.#texts.get(set);
    if (text === undefined) this.#texts.set(set, (text = this.#write(set, new Map())));
    return text;
  }

  #write(set: SetId, written: Map<SetId, number>): string {
    const before = written.get(set);
    if (before !== undefined) return `#${before}`;
    written.set(set, written.size);
    const { variable, children } = this.#nodes[set]!;
    const { values } = this.domain(variable);
    this.#step(children.length);
    const groups = new Map<SetId, string[]>();
    children.forEach((child, i) => {
      const group = groups.get(child);
      if (group !== undefined) group.push(values[i]!.text);
      else if (child !== NONE) groups.set(child, [values[i]!.text]);
    });
    const parts = [...groups].map(([child, texts]) => texts.join(",") + (child === ALL ? "" : `:${this.#write(child, written)}`));
    return `${variable}(${parts.join(";")})`;
  }

  #atom(name: string, holds: (value: number) => boolean): SetId {
    const { values } = this.domain(name);
    this.#step(values.length);
    return this.#node(
      name,
      values.map((_, i) => (holds(i) ? ALL : NONE)),
    );
  }

  #node(variable: string, children: readonly SetId[]): SetId {
    const [first] = children;
    if (children.every((child) => child === first)) return first!;
    const key = `${variable}:${children.join()}`;
    let id = this.#unique.get(key);
    if (id === undefined) {
      id = this.#nodes.push({ variable, children }) - 1;
      this.#unique.set(key, id);
    }
    return id;
  }

  #step(branches: number): void {
    this.#stepsLeft -= 1 + Math.floor(branches / 16);
    if (this.#stepsLeft < 0) {
      throw new LimitError("the conditions are too entangled: ask with fewer variables in one condition, or as several queries");
    }
  }
}
