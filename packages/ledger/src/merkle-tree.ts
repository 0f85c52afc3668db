import { sha256 as portableSha256, type Sha256 } from "@tutti/envelope";

/** Bytes of a hash. */
const HASH_BYTES = 32;
/** What leads the bytes of a leaf, and of a node above: neither can be taken for the other (RFC 6962 §2.1, RFC 9162 §2.1.1). */
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** The hash of a leaf: SHA-256 of 0x00 and its bytes. RFC 9162 §2.1.1. */
export function leafHash(leaf: Uint8Array, hash: Sha256 = portableSha256): Uint8Array {
  const bytes = new Uint8Array(1 + leaf.length);
  bytes[0] = LEAF_PREFIX;
  bytes.set(leaf, 1);
  return hash(bytes);
}

/** The hash of a node: SHA-256 of 0x01 and the hashes of its two children, 32 bytes each. RFC 9162 §2.1.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Sha256 = portableSha256): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = NODE_PREFIX;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return hash(bytes);
}

/**
 * A Merkle tree that only grows, after RFC 9162 §2.1. It keeps the hash of every full subtree, 64 bytes a leaf, so that an append costs one
 * hash or two and a proof a logarithm of them. Leaves are counted from 0; all answers are about the first `size` leaves, whatever came since.
 */
export class MerkleTree {
  readonly #hash: Sha256;
  /** For each level, the hashes of its full subtrees from left to right: of 2^level leaves each. */
  readonly #levels: HashList[] = [];

  constructor(hash: Sha256 = portableSha256) {
    this.#hash = hash;
  }

  /** Number of leaves. */
  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** Adds a leaf by its hash (`leafHash`), 32 bytes. */
  append(leaf: Uint8Array): void {
    if (leaf.length !== HASH_BYTES) throw new RangeError("the hash of a leaf has 32 bytes");
    let node = leaf;
    for (let level = 0; ; level++) {
      const list = (this.#levels[level] ??= new HashList());
      list.push(node);
      if (list.length % 2 === 1) return;
      node = nodeHash(list.at(list.length - 2), list.at(list.length - 1), this.#hash);
    }
  }

  /** The root over the first `size` leaves, 32 bytes; of none, SHA-256 of nothing. RangeError when there are fewer. */
  root(size: number = this.size): Uint8Array {
    this.#demandSize(size);
    return size === 0 ? this.#hash(new Uint8Array(0)) : this.#subtree(0, size);
  }

  /**
   * The hashes that lead from a leaf to the root over the first `size`, lowest first. RFC 9162 §2.1.3.1.
   * RangeError when the leaf is not among them.
   */
  inclusion(index: number, size: number = this.size): readonly Uint8Array[] {
    this.#demandSize(size);
    if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new RangeError("there is no such leaf in a tree of this size");
    const proof: Uint8Array[] = [];
    for (let from = 0, to = size; to - from > 1;) {
      const middle = from + split(to - from);
      if (index < middle) {
        proof.push(this.#subtree(middle, to));
        to = middle;
      } else {
        proof.push(this.#subtree(from, middle));
        from = middle;
      }
    }
    return proof.toReversed();
  }

  /**
   * The hashes that show that the tree of `size` leaves begins with the tree of `earlier`, lowest first. RFC 9162 §2.1.4.1. Empty when either
   * is nothing, or both are alike. RangeError when `earlier` is beyond `size`.
   */
  consistency(earlier: number, size: number = this.size): readonly Uint8Array[] {
    this.#demandSize(size);
    if (!Number.isSafeInteger(earlier) || earlier < 0 || earlier > size)
      throw new RangeError("an earlier tree has no more leaves than a later one");
    if (earlier === 0 || earlier === size) return [];
    const proof: Uint8Array[] = [];
    let [from, to] = [0, size];
    while (earlier !== to) {
      const middle = from + split(to - from);
      if (earlier <= middle) {
        proof.push(this.#subtree(middle, to));
        to = middle;
      } else {
        proof.push(this.#subtree(from, middle));
        from = middle;
      }
    }
    // A whole tree from the first leaf on is the earlier root itself, which whoever checks already has.
    if (from > 0) proof.push(this.#subtree(from, to));
    return proof.toReversed();
  }

  /** The hash over leaves `from` … `to` − 1, where `from` is where a tree of this shape begins a subtree. */
  #subtree(from: number, to: number): Uint8Array {
    const size = to - from;
    const half = split(size);
    if (size === 1 || 2 * half === size) return this.#levels[levelOf(size)]!.at(from / size);
    const middle = from + half;
    return nodeHash(this.#subtree(from, middle), this.#subtree(middle, to), this.#hash);
  }

  #demandSize(size: number): void {
    if (!Number.isSafeInteger(size) || size < 0 || size > this.size) throw new RangeError("the tree does not have this many leaves");
  }
}

/** Hashes one after the other in one piece of memory. */
class HashList {
  #bytes: Uint8Array = new Uint8Array(8 * HASH_BYTES);
  length = 0;

  push(hash: Uint8Array): void {
    if (this.#bytes.length === this.length * HASH_BYTES) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(hash, this.length * HASH_BYTES);
    this.length++;
  }

  at(index: number): Uint8Array {
    return this.#bytes.slice(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }
}

/** The largest power of two below a size of two or more: where a tree parts. */
function split(size: number): number {
  let half = 1;
  while (2 * half < size) half *= 2;
  return half;
}

/** Of a power of two: which. */
function levelOf(size: number): number {
  let level = 0;
  while (2 ** level < size) level++;
  return level;
}
