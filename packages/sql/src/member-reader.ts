import type { Feature } from "./feature.ts";
import type { Answer } from "./statement.ts";

/** The values that each feature may have for a patient to be counted; features that are not named may have any. */
export type Term = ReadonlyMap<Feature, readonly number[]>;

const WORD_BITS = 32;

/**
 * Sorts patients into sets as the rows of a statement come. For each value of each feature it holds a word of bits, one a term, that says which
 * terms the value allows; the terms of a patient are the AND of its values' words.
 */
export class MemberReader {
  readonly #features: readonly Feature[];
  readonly #sets: readonly (readonly number[])[];
  readonly #words: number;
  /** Bits of the terms that there are. */
  readonly #all: Int32Array;
  /** For each feature, `#words` words a value, NULL being the last value. */
  readonly #masks: readonly Int32Array[];
  readonly #members: Uint32Array[];
  /** Words of a bitmap: grows with the greatest number seen. */
  #length = 1;

  /** @param sets for each set, its terms: a patient is in it who is in any of them */
  constructor(features: readonly Feature[], terms: readonly Term[], sets: readonly (readonly number[])[]) {
    this.#features = features;
    this.#sets = sets;
    this.#words = Math.ceil(terms.length / WORD_BITS);
    this.#all = new Int32Array(this.#words);
    terms.forEach((_, term) => setBit(this.#all, term));
    this.#masks = features.map((feature) => this.#maskOf(feature, terms));
    this.#members = terms.map(() => new Uint32Array(this.#length));
  }

  /** Takes some rows of the statement's answer, in any order. */
  take(rows: Answer): void {
    const [numbers = [], ...columns] = rows;
    const words = this.#words;
    const features = this.#features.length;
    const places = new Int32Array(features);
    for (let row = 0; row < numbers.length; row++) {
      const patient = Number(numbers[row]);
      for (let f = 0; f < features; f++) places[f] = Number(columns[f]![row] ?? this.#features[f]!.size) * words;
      for (let word = 0; word < words; word++) {
        let left = this.#all[word]!;
        for (let f = 0; f < features && left !== 0; f++) left &= this.#masks[f]![places[f]! + word]!;
        if (left !== 0) this.#add(patient, word * WORD_BITS, left);
      }
    }
  }

  /** One bitmap a set, in their order: bit n % 32 of word ⌊n / 32⌋ is the patient of number n. Words past the end are 0. */
  bitmaps(): readonly Uint32Array[] {
    return this.#sets.map((terms) => {
      const [only] = terms;
      if (terms.length === 1) return this.#members[only!]!;
      const union = new Uint32Array(this.#length);
      for (const term of terms) this.#members[term]!.forEach((bits, word) => (union[word]! |= bits));
      return union;
    });
  }

  #add(patient: number, first: number, bits: number): void {
    const word = patient >>> 5;
    const bit = 1 << (patient & 31);
    if (word >= this.#length) this.#grow(word + 1);
    for (let left = bits; left !== 0; left &= left - 1) this.#members[first + 31 - Math.clz32(left & -left)]![word]! |= bit;
  }

  #grow(least: number): void {
    this.#length = Math.max(least, 2 * this.#length);
    this.#members.forEach((bitmap, term) => {
      const longer = new Uint32Array(this.#length);
      longer.set(bitmap);
      this.#members[term] = longer;
    });
  }

  #maskOf(feature: Feature, terms: readonly Term[]): Int32Array {
    const masks = new Int32Array((feature.size + 1) * this.#words);
    const everyValue = Array.from({ length: feature.size + 1 }, (_, code) => code);
    terms.forEach((term, i) => {
      for (const code of term.get(feature) ?? everyValue) setBit(masks, code * this.#words * WORD_BITS + i);
    });
    return masks;
  }
}

function setBit(words: Int32Array, bit: number): void {
  words[bit >>> 5]! |= 1 << (bit & 31);
}
