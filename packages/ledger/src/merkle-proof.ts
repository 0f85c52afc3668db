import { sha256 as portableSha256, type Sha256 } from "@tutti/envelope";
import { nodeHash } from "./merkle-tree.ts";

/** Hashes of a proof, at most: a tree of 2^53 leaves has no longer one. */
export const MAX_PROOF_HASHES = 64;

/** A tree by its size and root: all that somebody needs who does not hold it. */
export interface TreeHead {
  /** Number of leaves. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/**
 * Whether a leaf is the one at `index` of a tree. RFC 9162 §2.1.3.2.
 * @param leaf its hash (`leafHash`)
 */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  { size, root }: TreeHead,
  proof: readonly Uint8Array[],
  hash: Sha256 = portableSha256,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || proof.length > MAX_PROOF_HASHES) return false;
  let place = BigInt(index);
  let last = BigInt(size) - 1n;
  let node = leaf;
  for (const beside of proof) {
    if (last === 0n) return false;
    if (isOdd(place) || place === last) {
      node = nodeHash(beside, node, hash);
      while (!isOdd(place) && place !== 0n) [place, last] = [place >> 1n, last >> 1n];
    } else node = nodeHash(node, beside, hash);
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && isSame(node, root);
}

/** Whether a later tree begins with an earlier one: nothing was altered, nothing taken out, only added. RFC 9162 §2.1.4.2. */
export function isConsistent(earlier: TreeHead, later: TreeHead, proof: readonly Uint8Array[], hash: Sha256 = portableSha256): boolean {
  if (!isCount(earlier.size) || !isCount(later.size) || earlier.size > later.size || proof.length > MAX_PROOF_HASHES) return false;
  if (earlier.size === later.size) return proof.length === 0 && isSame(earlier.root, later.root);
  // Every tree begins with nothing; the root of nothing is the same for everybody.
  if (earlier.size === 0) return proof.length === 0 && isSame(earlier.root, hash(new Uint8Array(0)));
  let place = BigInt(earlier.size) - 1n;
  let last = BigInt(later.size) - 1n;
  while (isOdd(place)) [place, last] = [place >> 1n, last >> 1n];
  // A full tree is itself the first node of the path.
  const path = place === 0n ? [earlier.root, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let [before, after] = [first, first];
  for (const beside of rest) {
    if (last === 0n) return false;
    if (isOdd(place) || place === last) {
      before = nodeHash(beside, before, hash);
      after = nodeHash(beside, after, hash);
      while (!isOdd(place) && place !== 0n) [place, last] = [place >> 1n, last >> 1n];
    } else after = nodeHash(after, beside, hash);
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && isSame(before, earlier.root) && isSame(after, later.root);
}

function isOdd(value: bigint): boolean {
  return (value & 1n) === 1n;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
