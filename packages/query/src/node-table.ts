import { stirred } from "./pair-memo.ts";

const START_NUMBERS = 256;
const START_SLOTS = 64;
/** Slots that `clear` leaves as room for what comes, at most. */
const ROOM_SLOTS = 65_536;
/** What a node takes beside its numbers. */
const NODE_BYTES = 20;

/**
 * The nodes of a decision diagram, each kept once: a variable, and one number for each of its values. The first is number 2; 0 and 1 are no nodes. Four bytes
 * a number and some twenty a node, where objects and the texts that find them take two hundred.
 */
export class NodeTable {
  /** Of each node the variable, and what follows for each of its values. */
  #numbers = new Int32Array(START_NUMBERS);
  #used = 0;
  /** By node: where its numbers begin. */
  #starts = new Int32Array(START_SLOTS);
  #next = 2;
  /** Open addressing: nodes by what they hold; 0 is free. Never more than half of it is taken. */
  #slots = new Int32Array(START_SLOTS);

  /** How many there are, with the two that are none. */
  get size(): number {
    return this.#next;
  }

  /** The memory that they take. */
  get bytes(): number {
    return 4 * this.#used + this.#next * NODE_BYTES;
  }

  /** Forgets all, but keeps some room. */
  clear(): void {
    this.#used = 0;
    this.#next = 2;
    if (this.#slots.length <= ROOM_SLOTS) this.#slots.fill(0);
    else {
      this.#numbers = new Int32Array(START_NUMBERS);
      this.#starts = new Int32Array(START_SLOTS);
      this.#slots = new Int32Array(START_SLOTS);
    }
  }

  variable(node: number): number {
    return this.#numbers[this.#starts[node]!]!;
  }

  child(node: number, value: number): number {
    return this.#numbers[this.#starts[node]! + 1 + value]!;
  }

  /** The node of a variable whose children are `length` numbers from a place on; made where there is none. A variable always has as many. */
  node(variable: number, children: Int32Array, from: number, length: number): number {
    const slot = this.#find(variable, children, from, length);
    const known = this.#slots[slot]!;
    if (known !== 0) return known;
    const node = this.#next++;
    this.#numbers = withRoom(this.#numbers, this.#used + 1 + length);
    this.#starts = withRoom(this.#starts, node + 1);
    this.#starts[node] = this.#used;
    this.#numbers[this.#used++] = variable;
    for (let i = 0; i < length; i++) this.#numbers[this.#used++] = children[from + i]!;
    this.#slots[slot] = node;
    if (2 * this.#next > this.#slots.length) this.#spread();
    return node;
  }

  /** The slot of a node that holds this, or the one that it would have. */
  #find(variable: number, children: Int32Array, from: number, length: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hash = variable;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ children[from + i]!, 0x01000193) ^ (hash >>> 15);
    let slot = stirred(hash) & mask;
    while (slots[slot] !== 0 && !this.#holds(slots[slot]!, variable, children, from, length)) slot = (slot + 1) & mask;
    return slot;
  }

  #holds(node: number, variable: number, children: Int32Array, from: number, length: number): boolean {
    const numbers = this.#numbers;
    const start = this.#starts[node]!;
    if (numbers[start] !== variable) return false;
    for (let i = 0; i < length; i++) if (numbers[start + 1 + i] !== children[from + i]) return false;
    return true;
  }

  #spread(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let node = 2; node < this.#next; node++) {
      const start = this.#starts[node]!;
      const end = node + 1 < this.#next ? this.#starts[node + 1]! : this.#used;
      this.#slots[this.#find(this.#numbers[start]!, this.#numbers, start + 1, end - start - 1)] = node;
    }
  }
}

/** Numbers with room for so many: these, or twice as many with these in front. */
export function withRoom(numbers: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= numbers.length) return numbers;
  const larger = new Int32Array(Math.max(length, 2 * numbers.length));
  larger.set(numbers);
  return larger;
}
