import type { Dataset } from "@tutti/dataset";
import { ALL, Diagram, NONE, type SetId } from "./diagram.ts";
import { LIMITS } from "./limit.ts";

/** Sets of patients as read back from their canonical texts (`Cell.key`), to be compared by what they mean. */
export class Keys {
  readonly #diagram: Diagram;
  readonly #sets = new Map<string, SetId>();

  constructor(dataset: Dataset) {
    this.#diagram = new Diagram(dataset);
    this.allow();
  }

  /** Allows as many comparisons as a new one has. */
  allow(): void {
    this.#diagram.allow(LIMITS.planSteps * 100);
  }

  /** How many sets have been read. */
  get size(): number {
    return this.#sets.size;
  }

  /**
   * Whether nobody can be in both, whatever the data. Throws a RangeError for a text that is not canonical, or of another dataset,
   * and a LimitError when the comparisons get too many.
   */
  disjoint(one: string, other: string): boolean {
    const [a, b] = [this.#set(one), this.#set(other)];
    if (a === NONE || b === NONE) return true;
    // Of sets that look at different variables there is always somebody in both.
    if (!this.#diagram.shareVariable(a, b)) return false;
    return this.#diagram.and(a, b) === NONE;
  }

  /** Whether all patients of one are in the other, whatever the data. Throws as `disjoint` does. */
  inside(one: string, other: string): boolean {
    return this.#diagram.and(this.#set(one), this.#diagram.not(this.#set(other))) === NONE;
  }

  #set(key: string): SetId {
    let set = this.#sets.get(key);
    if (set === undefined) this.#sets.set(key, (set = new Reading(key, this.#diagram).whole()));
    return set;
  }
}

/** Reads one text: docs/spec/query.md, "Canonical predicates". */
class Reading {
  readonly #text: string;
  readonly #diagram: Diagram;
  readonly #nodes: SetId[] = [];
  #at = 0;

  constructor(text: string, diagram: Diagram) {
    this.#text = text;
    this.#diagram = diagram;
  }

  whole(): SetId {
    if (this.#text === "none") return NONE;
    if (this.#text === "all") return ALL;
    const set = this.#node();
    if (this.#at !== this.#text.length || this.#diagram.text(set) !== this.#text) throw unreadable();
    return set;
  }

  #node(): SetId {
    if (this.#take("#")) return this.#nodes[Number(this.#word(/\d+/y))] ?? fail();
    const number = this.#nodes.push(NONE) - 1;
    const variable = this.#word(/[a-z][a-z0-9_]*/y);
    const { values } = this.#diagram.domain(variable);
    const children = values.map(() => NONE);
    if (!this.#take("(")) throw unreadable();
    do {
      const places: number[] = [];
      do {
        const text = this.#word(/"(?:[^"\\]|\\.)*"|[^,:;()"]+/y);
        const place = values.findIndex((value) => value.text === text);
        if (place < 0) throw unreadable();
        places.push(place);
      } while (this.#take(","));
      const child = this.#take(":") ? this.#node() : ALL;
      for (const place of places) children[place] = child;
    } while (this.#take(";"));
    if (!this.#take(")")) throw unreadable();
    return (this.#nodes[number] = this.#diagram.branching(variable, children));
  }

  #take(sign: string): boolean {
    const taken = this.#text[this.#at] === sign;
    if (taken) this.#at++;
    return taken;
  }

  #word(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [word] = pattern.exec(this.#text) ?? fail();
    this.#at += word!.length;
    return word!;
  }
}

function unreadable(): RangeError {
  return new RangeError("this is not the canonical text of a set of patients of this dataset");
}

function fail(): never {
  throw unreadable();
}
