const START_SLOTS = 64;
const ENTRY = 3;
/** Slots that `clear` leaves as room for what comes, at most. */
const ROOM_SLOTS = 65_536;
/** What a pair takes where half of the slots are taken. */
const PAIR_BYTES = 24;
/** Slots that may be taken, of four. */
const FULL = 3;

/**
 * What was worked out of two numbers each, in whatever order: 12 bytes a slot, of which at most three in four are taken, where a Map takes fifty and leaves
 * each smaller table to be collected. Numbers are whole, from 1 to 2^31 - 1, results from 0.
 */
export class PairMemo {
  /** Open addressing: two numbers, the lower first, and their result; a first number of 0 is a free slot. */
  #table = new Int32Array(START_SLOTS * ENTRY);
  #mask: number = START_SLOTS - 1;
  #size = 0;

  /** The memory that what is in it takes. */
  get bytes(): number {
    return this.#size * PAIR_BYTES;
  }

  /** Forgets all, but keeps some room: what is filled again would leave each smaller table to be collected. */
  clear(): void {
    this.#size = 0;
    if (this.#mask < ROOM_SLOTS) this.#table.fill(0);
    else {
      this.#table = new Int32Array(START_SLOTS * ENTRY);
      this.#mask = START_SLOTS - 1;
    }
  }

  /** The result of two numbers; -1 where there is none. */
  get(one: number, other: number): number {
    const at = one < other ? this.#find(one, other) : this.#find(other, one);
    return this.#table[at] === 0 ? -1 : this.#table[at + 2]!;
  }

  set(one: number, other: number, result: number): void {
    if (4 * this.#size >= FULL * (this.#mask + 1)) this.#grow();
    this.#put(Math.min(one, other), Math.max(one, other), result);
  }

  #put(low: number, high: number, result: number): void {
    const at = this.#find(low, high);
    if (this.#table[at] === 0) this.#size++;
    this.#table[at] = low;
    this.#table[at + 1] = high;
    this.#table[at + 2] = result;
  }

  /** Where a pair stands in the table, or would. */
  #find(low: number, high: number): number {
    const table = this.#table;
    let slot = stirred(Math.imul(low, 0x9e3779b1) ^ high) & this.#mask;
    while (table[slot * ENTRY] !== 0 && (table[slot * ENTRY] !== low || table[slot * ENTRY + 1] !== high)) slot = (slot + 1) & this.#mask;
    return slot * ENTRY;
  }

  #grow(): void {
    const before = this.#table;
    this.#table = new Int32Array(2 * before.length);
    this.#mask = 2 * this.#mask + 1;
    this.#size = 0;
    for (let at = 0; at < before.length; at += ENTRY) if (before[at] !== 0) this.#put(before[at]!, before[at + 1]!, before[at + 2]!);
  }
}

/** The last steps of MurmurHash3: each bit of what goes in counts for each bit of what comes out. */
export function stirred(number: number): number {
  let hash = number;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
