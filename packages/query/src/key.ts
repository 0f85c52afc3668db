import type { Dataset } from "@tutti/dataset";
import { ALL, Diagram, NONE, type SetId } from "./diagram.ts";
import { LIMITS } from "./limit.ts";
import { remaindersOf, toldThatMatter } from "./remainder.ts";
import { Samples } from "./sample.ts";

/** Three sets of which the numbers, added or taken off one another, are the number of a fourth. */
export interface Sum {
  /** The new set, as its place among those given. */
  readonly of: number;
  /** The two others, as places among the sets that were told; or among the new ones. */
  readonly with: readonly { readonly told: boolean; readonly at: number }[];
  /** The text of the fourth. */
  readonly rest: string;
}

/** Of a few hundred sets that were told; twice as much would save nothing. */
export const REMEMBERED_BYTES: number = 4 * 1024 * 1024;
/** What a set that was read takes: its entry. Its text is held elsewhere. */
const SET_BYTES = 50;

/** Sets of patients as read back from their canonical texts (`Cell.key`), to be compared by what they mean. */
export class Keys {
  readonly #diagram: Diagram;
  readonly #sets = new Map<string, SetId>();
  #samples: Samples;

  constructor(dataset: Dataset) {
    this.#diagram = new Diagram(dataset);
    this.#samples = new Samples(this.#diagram);
    this.allow();
  }

  /** Allows as many comparisons as a new one has. Of those before it remembers the steps, so that none is taken twice, or none beyond `REMEMBERED_BYTES`. */
  allow(): void {
    if (this.bytes > REMEMBERED_BYTES) {
      this.#diagram.clear();
      this.#sets.clear();
      this.#samples = new Samples(this.#diagram);
    }
    this.#diagram.allow(LIMITS.planSteps * 100);
  }

  /** The memory that what is remembered takes, about: sets that were read, and the steps of their comparisons. */
  get bytes(): number {
    return this.#sets.size * SET_BYTES + this.#samples.bytes + this.#diagram.bytes;
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

  /** Whether somebody can be in both, and both look at one variable. Throws as `disjoint` does. */
  overlap(one: string, other: string): boolean {
    const [a, b] = [this.#set(one), this.#set(other)];
    return this.#diagram.shareVariable(a, b) && this.#diagram.and(a, b) !== NONE;
  }

  /**
   * Whether two sets differ, whatever the data, by nobody but patients of whom something is not recorded that is not sensitive. Throws as `disjoint`
   * does.
   */
  differByMissing(one: string, other: string): boolean {
    return this.#diagram.recorded(this.#set(one)) === this.#diagram.recorded(this.#set(other));
  }

  /** The text of the set of those who are in one of two sets only. Throws as `disjoint` does. */
  either(one: string, other: string): string {
    return this.#diagram.text(this.#diagram.either(this.#set(one), this.#set(other)));
  }

  /**
   * All sums of three numbers, at least one of a new set and at least one that was told, which are a number of patients, whatever the data; it may be
   * `none`. Of many sets that were told the last ones are looked at. Throws as `disjoint` does.
   *
   * @param isGiven which sums need not be looked at, by the texts of the three sets
   */
  sumsOfThree(
    fresh: readonly string[],
    told: readonly string[],
    isGiven: (sets: readonly [string, string, string]) => boolean,
  ): readonly Sum[] {
    const first = Math.max(0, told.length - toldThatMatter(fresh.length));
    const last = told.slice(first);
    const texts = [...last, ...fresh];
    const [news, olds] = [fresh, last].map((keys) => keys.map((key) => this.#set(key)));
    for (const set of [...olds!, ...news!]) this.#samples.add(set);
    const bitsOf = (set: SetId): Uint32Array => this.#samples.of(set);
    const given = (of: number, [a, b]: readonly [number, number]): boolean => isGiven([fresh[of]!, texts[a]!, texts[b]!]);
    return remaindersOf(this.#diagram, bitsOf, news!, olds!, given).map(({ of, with: others, rest }) => ({
      of,
      with: others.map((at) => (at < last.length ? { told: true, at: first + at } : { told: false, at: at - last.length })),
      rest: this.#textOf(rest),
    }));
  }

  /** The text of a set, which need not be read when it comes back. */
  #textOf(set: SetId): string {
    const text = this.#diagram.text(set);
    this.#sets.set(text, set);
    return text;
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
