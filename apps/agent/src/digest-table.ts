const PREFIX = "sha256:";
const DIGEST_BYTES = 32;
const ROW_BYTES = 2 * DIGEST_BYTES;
const CHUNK_ROWS = 1_024;
const NONE = Buffer.alloc(DIGEST_BYTES);

/**
 * Content hashes (`sha256:` and 64 hexadecimal digits) by content hashes, for as many as there are in years: some eighty bytes each, where a Map of
 * texts takes three hundred. Nothing is ever taken out.
 */
export class DigestTable {
  /** Keys with their values, in the order in which they came; 32 zero bytes for no value. */
  readonly #chunks: Buffer[] = [];
  #size = 0;
  /** Open addressing: the row, counted from 1, of the key whose first bytes lead here or before; 0 is free. */
  #slots = new Uint32Array(CHUNK_ROWS);

  /** How many keys there are. */
  get size(): number {
    return this.#size;
  }

  has(key: string): boolean {
    return this.#slots[this.#slotOf(bytesOf(key))] !== 0;
  }

  /** The value of a key; undefined for a key that is not there, or that has none. */
  get(key: string): string | undefined {
    const row = this.#slots[this.#slotOf(bytesOf(key))]!;
    const value = row === 0 ? NONE : this.#row(row).subarray(DIGEST_BYTES);
    return value.equals(NONE) ? undefined : textOf(value);
  }

  /** Adds a key, and its value where there is one. A value that is there stays where none is given. */
  set(key: string, value: string | null): void {
    const bytes = bytesOf(key);
    const slot = this.#slotOf(bytes);
    if (this.#slots[slot] === 0) {
      if (this.#size % CHUNK_ROWS === 0) this.#chunks.push(Buffer.alloc(CHUNK_ROWS * ROW_BYTES));
      this.#size++;
      bytes.copy(this.#row(this.#size));
      this.#slots[slot] = this.#size;
    }
    if (value !== null) bytesOf(value).copy(this.#row(this.#slots[slot]!), DIGEST_BYTES);
    if (2 * this.#size > this.#slots.length) this.#spread();
  }

  /** The keys that have a value, in the order in which they came. */
  *keys(): IterableIterator<string> {
    for (let row = 1; row <= this.#size; row++) {
      const bytes = this.#row(row);
      if (!bytes.subarray(DIGEST_BYTES).equals(NONE)) yield textOf(bytes.subarray(0, DIGEST_BYTES));
    }
  }

  #row(row: number): Buffer {
    const from = ((row - 1) % CHUNK_ROWS) * ROW_BYTES;
    return this.#chunks[Math.floor((row - 1) / CHUNK_ROWS)]!.subarray(from, from + ROW_BYTES);
  }

  /** Where a key stands, or would. */
  #slotOf(key: Buffer): number {
    const { length } = this.#slots;
    for (let slot = key.readUInt32LE(0) % length; ; slot = (slot + 1) % length) {
      const row = this.#slots[slot]!;
      if (row === 0 || this.#row(row).subarray(0, DIGEST_BYTES).equals(key)) return slot;
    }
  }

  #spread(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let row = 1; row <= this.#size; row++) this.#slots[this.#slotOf(this.#row(row).subarray(0, DIGEST_BYTES))] = row;
  }
}

function bytesOf(hash: string): Buffer {
  const bytes = Buffer.from(hash.slice(PREFIX.length), "hex");
  if (bytes.length !== DIGEST_BYTES || !hash.startsWith(PREFIX)) throw new RangeError("this is not a content hash");
  return bytes;
}

function textOf(bytes: Buffer): string {
  return `${PREFIX}${bytes.toString("hex")}`;
}
