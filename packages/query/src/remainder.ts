import { type Diagram, NONE, type SetId } from "./diagram.ts";

/** A set of patients whose number three numbers give, added or taken off one another: one of a new set, and two others. */
export interface Remainder {
  /** Index of the new set. */
  readonly of: number;
  /** Indices of the others: of sets that were told, then, from `told.length` on, of new ones. */
  readonly with: readonly [number, number];
  readonly rest: SetId;
}

/** Triples that are looked at, at most; of sets that were told, those told last. */
const MAX_TRIPLES = 4_000_000;
const MAX_TOLD = 256;

/** How many of the sets told last are looked at beside so many new ones. */
export function toldThatMatter(fresh: number): number {
  return Math.min(MAX_TOLD, Math.floor(Math.sqrt((2 * MAX_TRIPLES) / Math.max(1, fresh))));
}

/**
 * All sums of three numbers, one at least of them new and one told, that are a number of patients: where every patient is counted once or not at all
 * when two of the sets are added and the third is taken off, or two are taken off the third. Left out are those that one of the sets is wholly in: they are
 * that set and a difference of the two others.
 *
 * @param isGiven which sums need not be looked at
 * @param bitsOf who of some made-up patients is in a set: what none of them contradicts is worked out exactly
 */
export function remaindersOf(
  diagram: Diagram,
  bitsOf: (set: SetId) => Uint32Array,
  fresh: readonly SetId[],
  told: readonly SetId[],
  isGiven: (of: number, others: readonly [number, number]) => boolean,
): readonly Remainder[] {
  const sets = [...told, ...fresh];
  const bits = sets.map(bitsOf);
  const pairs = new Pairs(diagram, sets, bits);
  const found: Remainder[] = [];
  // Those of a set who are in one of the others are in both: then all of the set are in the sum, and what is new is a difference of the others.
  const isWholeIn = (one: number, i: number, j: number): boolean =>
    mayBeWhole(bits[one]!, bits[i]!, bits[j]!) && diagram.and(sets[one]!, sets[i]!) === diagram.and(sets[one]!, sets[j]!);
  const look = (of: number, a: number, b: number): void => {
    const x = told.length + of;
    const ways = waysLeft(bits[x]!, bits[a]!, bits[b]!);
    if (ways === 0 || isGiven(of, [a, b]) || isWholeIn(x, a, b) || isWholeIn(a, x, b) || isWholeIn(b, x, a)) return;
    const rest = restOf(diagram, pairs, [x, a, b], ways);
    if (rest !== null) found.push({ of, with: [a, b], rest });
  };
  for (let of = 0; of < fresh.length; of++)
    for (let a = 0; a < told.length; a++) {
      for (let b = a + 1; b < told.length; b++) look(of, a, b);
      for (let b = told.length + of + 1; b < sets.length; b++) look(of, a, b);
    }
  return found;
}

/** Which of some sets have nobody in common, and which lie in which, whatever the data. */
class Pairs {
  readonly sets: readonly SetId[];
  readonly #disjoint: Uint8Array;
  readonly #inside: Uint8Array;

  constructor(diagram: Diagram, sets: readonly SetId[], bits: readonly Uint32Array[]) {
    this.sets = sets;
    const n = sets.length;
    this.#disjoint = new Uint8Array(n * n);
    this.#inside = new Uint8Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        const [may, mayBeIn] = mayBe(bits[i]!, bits[j]!);
        if (i < j && may && diagram.and(sets[i]!, sets[j]!) === NONE) this.#disjoint[i * n + j] = this.#disjoint[j * n + i] = 1;
        if (mayBeIn && diagram.and(sets[i]!, sets[j]!) === sets[i]!) this.#inside[i * n + j] = 1;
      }
  }

  disjoint(i: number, j: number): boolean {
    return this.#disjoint[i * this.sets.length + j] === 1;
  }

  /** Whether all of i are in j. */
  inside(i: number, j: number): boolean {
    return this.#inside[i * this.sets.length + j] === 1;
  }
}

/** Whether, as far as the made-up patients tell, two sets have nobody in common, and the first lies in the second. */
function mayBe(one: Uint32Array, other: Uint32Array): readonly [disjoint: boolean, inside: boolean] {
  let [disjoint, inside] = [true, true];
  for (let word = 0; word < one.length && (disjoint || inside); word++) {
    if ((one[word]! & other[word]!) !== 0) disjoint = false;
    if ((one[word]! & ~other[word]!) !== 0) inside = false;
  }
  return [disjoint, inside];
}

/** Whether, as far as the made-up patients tell, those of a set who are in one of two others are in both. */
function mayBeWhole(one: Uint32Array, i: Uint32Array, j: Uint32Array): boolean {
  for (let word = 0; word < one.length; word++) if ((one[word]! & (i[word]! ^ j[word]!)) !== 0) return false;
  return true;
}

/** Of six ways, as bits, those that the made-up patients leave: x, a or b lies between the others' intersection and union; x, a or b holds the others, apart. */
function waysLeft(x: Uint32Array, a: Uint32Array, b: Uint32Array): number {
  let ways = 0b111111;
  for (let word = 0; word < x.length && ways !== 0; word++) {
    const [i, j, k] = [x[word]!, a[word]!, b[word]!];
    if (((j & k & ~i) | (i & ~(j | k))) !== 0) ways &= ~1;
    if (((i & k & ~j) | (j & ~(i | k))) !== 0) ways &= ~2;
    if (((i & j & ~k) | (k & ~(i | j))) !== 0) ways &= ~4;
    if (((j & k) | ((j | k) & ~i)) !== 0) ways &= ~8;
    if (((i & k) | ((i | k) & ~j)) !== 0) ways &= ~16;
    if (((i & j) | ((i | j) & ~k)) !== 0) ways &= ~32;
  }
  return ways;
}

/** The patients of the sum by the first of these ways that holds whatever the data: those in an odd number of the three. Null where none holds. */
function restOf(diagram: Diagram, pairs: Pairs, triple: readonly [number, number, number], ways: number): SetId | null {
  const inside = (one: SetId, other: SetId): boolean => diagram.and(one, other) === one;
  for (let way = 0; way < 6; way++) {
    if ((ways & (1 << way)) === 0) continue;
    const middle = triple[way % 3]!;
    const [one, other] = triple.filter((at) => at !== middle) as [number, number];
    const [a, b, m] = [one, other, middle].map((at) => pairs.sets[at]!) as [SetId, SetId, SetId];
    const holds =
      way < 3
        ? (pairs.disjoint(one, other) || inside(diagram.and(a, b), m)) && inside(m, diagram.or(a, b))
        : pairs.disjoint(one, other) && pairs.inside(one, middle) && pairs.inside(other, middle);
    if (!holds) continue;
    return diagram.either(diagram.either(a, b), m);
  }
  return null;
}
