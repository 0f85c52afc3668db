import { type Diagram, NONE, type SetId } from "./diagram.ts";

/** Made-up patients of no data: the same at every party, and some of every set that was looked at. */
const DRAWN = 512;
const MAX_SAMPLES = 1_536;
const OF_EACH_SET = 2;
/** What a set takes, with its words, and what it looks at; and a made-up patient. */
const SET_BYTES = 600;
const PATIENT_BYTES = 250;

/** Who of some made-up patients is in a set. Their values follow from a fixed hash; a set that holds none of them need not be empty. */
export class Samples {
  readonly #diagram: Diagram;
  /** Values that are given; all others are drawn. */
  readonly #patients: ReadonlyMap<string, number>[] = Array.from({ length: DRAWN }, () => new Map<string, number>());
  readonly #bits = new Map<SetId, { readonly words: Uint32Array; filled: number }>();

  constructor(diagram: Diagram) {
    this.#diagram = diagram;
  }

  /** The memory that they take, about. */
  get bytes(): number {
    return this.#bits.size * SET_BYTES + this.#patients.length * PATIENT_BYTES;
  }

  /** Makes up patients who are in the set, once. */
  add(set: SetId): void {
    if (this.#bits.has(set)) return;
    this.#bits.set(set, { words: new Uint32Array(MAX_SAMPLES / 32), filled: 0 });
    if (set === NONE) return;
    for (let i = 0; i < OF_EACH_SET && this.#patients.length < MAX_SAMPLES; i++) {
      const number = this.#patients.length;
      this.#patients.push(this.#diagram.member(set, (variable, choices) => drawn(number, variable, choices)));
    }
  }

  /** One bit a patient; patients that are made up later are in the same words. */
  of(set: SetId): Uint32Array {
    this.add(set);
    const bits = this.#bits.get(set)!;
    for (; bits.filled < this.#patients.length; bits.filled++) {
      const number = bits.filled;
      const given = this.#patients[number]!;
      const isIn = this.#diagram.has(set, (variable, values) => given.get(variable) ?? drawn(number, variable, values));
      if (isIn) bits.words[number >>> 5]! |= 1 << (number & 31);
    }
    return bits.words;
  }
}

/** FNV-1a of the patient's number and the variable, stirred once more. */
function drawn(number: number, variable: string, below: number): number {
  let hash = Math.imul(0x811c9dc5 ^ number, 0x01000193);
  for (let i = 0; i < variable.length; i++) hash = Math.imul(hash ^ variable.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) % below;
}
