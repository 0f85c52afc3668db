import { readFile } from "node:fs/promises";
import { fromHex, toHex } from "@tutti/envelope";
import { isConsistent, isIncluded, leafHash, MerkleTree } from "@tutti/ledger";
import { sha256 } from "@tutti/platform";
import { expect, test } from "vitest";

// What is compared here was worked out by generate_log.py, from RFC 9162 and with nothing of this project.
const vectors = JSON.parse(await readFile(new URL("log.json", import.meta.url), "utf8")) as Vectors;

interface Vectors {
  readonly leaves: readonly string[];
  readonly roots: readonly string[];
  readonly inclusion: readonly { readonly index: number; readonly size: number; readonly proof: readonly string[] }[];
  readonly consistency: readonly { readonly earlier: number; readonly size: number; readonly proof: readonly string[] }[];
}

const hashes = vectors.leaves.map((leaf) => leafHash(fromHex(leaf), sha256));
const tree = new MerkleTree(sha256);
for (const hash of hashes) tree.append(hash);
const headOf = (size: number) => ({ size, root: fromHex(vectors.roots[size]!) });

test("the roots are those of the definition", () => {
  expect(vectors.roots.map((_, size) => toHex(tree.root(size)))).toEqual(vectors.roots);
});

test.each(vectors.inclusion)("leaf $index of $size", ({ index, size, proof }) => {
  expect(tree.inclusion(index, size).map(toHex)).toEqual(proof);
  expect(isIncluded(hashes[index]!, index, headOf(size), proof.map(fromHex), sha256)).toBe(true);
});

test.each(vectors.consistency)("$earlier leaves of $size", ({ earlier, size, proof }) => {
  expect(tree.consistency(earlier, size).map(toHex)).toEqual(proof);
  expect(isConsistent(headOf(earlier), headOf(size), proof.map(fromHex), sha256)).toBe(true);
});
