import type { Dataset } from "@tutti/dataset";
import type { Domain } from "./domain.ts";
import { LimitError, LIMITS } from "./limit.ts";
import { NodeTable, withRoom } from "./node-table.ts";
import { numberedVariables, type NumberedVariables } from "./numbered-variables.ts";
import { PairMemo } from "./pair-memo.ts";
import type { Predicate } from "./predicate.ts";

/** A set of patients. Within one diagram, two sets are the same number exactly when no data can tell them apart. */
export type SetId = number;

/** Nobody, and everybody. */
export const NONE: SetId = 0;
export const ALL: SetId = 1;

const START_CHILDREN = 256;
/** What a text takes beside its characters, with its entry. */
const TEXT_BYTES = 100;

/**
 * A reduced ordered decision diagram with one branch for each value of a variable, variables in the order of
 * their names (Bryant 1986, with many values; Srinivasan et al. 1990). Nodes are kept once, so equal sets are equal numbers.
 */
export class Diagram {
  readonly #variables: NumberedVariables;
  readonly #nodes = new NodeTable();
  readonly #ands = new PairMemo();
  /** By set; 0 where it is not known. */
  #nots = new Int32Array(0);
  /** By set, and one more than it; 0 where it is not known. */
  #recorded = new Int32Array(0);
  readonly #texts = new Map<SetId, string>();
  #textBytes = 0;
  readonly #looked = new Map<SetId, readonly string[]>();
  /** Children of nodes in the making, one node after the other. */
  #children = new Int32Array(START_CHILDREN);
  #open = 0;
  #stepsLeft: number = LIMITS.predicateSteps;

  constructor(dataset: Dataset) {
    this.#variables = numberedVariables(dataset);
  }

  /** Allows so many steps from here; a new diagram has enough for one predicate. */
  allow(steps: number): void {
    this.#stepsLeft = steps;
    // What steps that ran out have left.
    this.#open = 0;
  }

  /** The memory that what is remembered takes, about: sets, what two of them have in common, and their texts. */
  get bytes(): number {
    return this.#nodes.bytes + this.#ands.bytes + this.#textBytes;
  }

  /** Forgets all sets: their numbers stand for others from here. */
  clear(): void {
    this.#nodes.clear();
    this.#ands.clear();
    this.#nots.fill(0);
    this.#recorded.fill(0);
    this.#texts.clear();
    this.#textBytes = 0;
    this.#looked.clear();
  }

  domain(name: string): Domain {
    return this.#variables.domain(this.#variables.numberOf(name));
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
    return this.#made(this.#variables.numberOf(name), children.length, (i) => children[i]!);
  }

  not(set: SetId): SetId {
    if (set <= ALL) return set === NONE ? ALL : NONE;
    const known = this.#nots[set] ?? 0;
    if (known !== 0) return known;
    const nodes = this.#nodes;
    const variable = nodes.variable(set);
    const width = this.#width(variable);
    this.#step(width);
    const result = this.#made(variable, width, (i) => this.not(nodes.child(set, i)));
    this.#nots = withRoom(this.#nots, nodes.size);
    this.#nots[set] = result;
    this.#nots[result] = set;
    return result;
  }

  and(one: SetId, other: SetId): SetId {
    if (one === other || other === ALL) return one;
    if (one === ALL) return other;
    if (one === NONE || other === NONE) return NONE;
    const known = this.#ands.get(one, other);
    if (known >= 0) return known;
    const nodes = this.#nodes;
    const [a, b] = [nodes.variable(one), nodes.variable(other)];
    const variable = Math.min(a, b);
    const width = this.#width(variable);
    this.#step(width);
    const result = this.#made(variable, width, (i) =>
      this.and(a === variable ? nodes.child(one, i) : one, b === variable ? nodes.child(other, i) : other),
    );
    this.#ands.set(one, other, result);
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
    const known = this.#looked.get(set);
    if (known !== undefined) return known;
    const seen = new Set<SetId>([NONE, ALL]);
    const found = new Set<string>();
    const look = (at: SetId): void => {
      if (seen.has(at)) return;
      seen.add(at);
      const variable = this.#nodes.variable(at);
      found.add(this.#variables.domain(variable).name);
      for (let i = 0; i < this.#width(variable); i++) look(this.#nodes.child(at, i));
    };
    look(set);
    const variables = [...found];
    this.#looked.set(set, variables);
    return variables;
  }

  /**
   * The set as if a value that is missing were the first of its variable's: two sets are then equal exactly when they differ by nobody but patients of
   * whom something is not recorded. Where having been recorded is sensitive, missing stays a value of its own.
   */
  recorded(set: SetId): SetId {
    if (set <= ALL) return set;
    const known = this.#recorded[set] ?? 0;
    if (known !== 0) return known - 1;
    const nodes = this.#nodes;
    const variable = nodes.variable(set);
    const { values, variable: described } = this.#variables.domain(variable);
    const last = values.length - 1;
    this.#step(values.length);
    const mayBeMissing = values[last]!.name === null && described.recorded !== "sensitive";
    const result = this.#made(variable, values.length, (i) => this.recorded(nodes.child(set, mayBeMissing && i === last ? 0 : i)));
    this.#recorded = withRoom(this.#recorded, nodes.size);
    this.#recorded[set] = result + 1;
    return result;
  }

  /** Whether a patient is in the set, by the place of each value in its variable's domain. */
  has(set: SetId, placeOf: (variable: string, values: number) => number): boolean {
    let at = set;
    while (at > ALL) {
      const { name, values } = this.#variables.domain(this.#nodes.variable(at));
      at = this.#nodes.child(at, placeOf(name, values.length));
    }
    return at === ALL;
  }

  /** Values of some variables that put a patient into the set; `choose` takes one of so many. Not of `NONE`. */
  member(set: SetId, choose: (variable: string, choices: number) => number): ReadonlyMap<string, number> {
    const path = new Map<string, number>();
    let at = set;
    while (at > ALL) {
      const { name, values } = this.#variables.domain(this.#nodes.variable(at));
      const possible = [...values.keys()].filter((place) => this.#nodes.child(at, place) !== NONE);
      const place = possible[choose(name, possible.length)]!;
      path.set(name, place);
      at = this.#nodes.child(at, place);
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
    const known = this.#texts.get(set);
    if (known !== undefined) return known;
    const text = this.#write(set, new Map());
    this.#texts.set(set, text);
    this.#textBytes += text.length + TEXT_BYTES;
    return text;
  }

  #write(set: SetId, written: Map<SetId, number>): string {
    const before = written.get(set);
    if (before !== undefined) return `#${before}`;
    written.set(set, written.size);
    const { name, values } = this.#variables.domain(this.#nodes.variable(set));
    this.#step(values.length);
    const groups = new Map<SetId, string[]>();
    for (const [i, { text }] of values.entries()) {
      const child = this.#nodes.child(set, i);
      const group = groups.get(child);
      if (group !== undefined) group.push(text);
      else if (child !== NONE) groups.set(child, [text]);
    }
    const parts = [...groups].map(([child, texts]) => texts.join(",") + (child === ALL ? "" : `:${this.#write(child, written)}`));
    return `${name}(${parts.join(";")})`;
  }

  #atom(name: string, holds: (value: number) => boolean): SetId {
    const variable = this.#variables.numberOf(name);
    const width = this.#width(variable);
    this.#step(width);
    return this.#made(variable, width, (i) => (holds(i) ? ALL : NONE));
  }

  #width(variable: number): number {
    return this.#variables.domain(variable).values.length;
  }

  /** The set with these children, which may be made meanwhile. */
  #made(variable: number, width: number, childOf: (value: number) => SetId): SetId {
    const from = this.#open;
    this.#open += width;
    this.#children = withRoom(this.#children, this.#open);
    let isOne = true;
    let first: SetId = NONE;
    for (let i = 0; i < width; i++) {
      const child = childOf(i);
      if (i === 0) first = child;
      else if (child !== first) isOne = false;
      // There may be another array by now.
      this.#children[from + i] = child;
    }
    this.#open = from;
    return isOne ? first : this.#nodes.node(variable, this.#children, from, width);
  }

  #step(branches: number): void {
    this.#stepsLeft -= 1 + Math.floor(branches / 16);
    if (this.#stepsLeft < 0) {
      throw new LimitError("the conditions are too entangled: ask with fewer variables in one condition, or as several queries");
    }
  }
}
