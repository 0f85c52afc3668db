import { flipped } from "@tutti/envelope/trial";
import { fromHex, sha256, toHex } from "@tutti/envelope";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isConsistent, isIncluded, MAX_PROOF_HASHES } from "./merkle-proof.ts";
import { leafHash, MerkleTree, nodeHash } from "./merkle-tree.ts";

/** The eight leaves of Certificate Transparency's reference implementation, and the roots over the first one, two, … of them. */
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const leaves = LEAVES.map((hex) => leafHash(fromHex(hex)));

function treeOf(hashes: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  for (const hash of hashes) tree.append(hash);
  return tree;
}
const head = (tree: MerkleTree, size: number) => ({ size, root: tree.root(size) });
const numbered = (count: number) => Array.from({ length: count }, (_, i) => leafHash(Uint8Array.of(i >> 8, i)));

test("the roots are those of the reference implementation", () => {
  const tree = treeOf(leaves);
  expect(ROOTS.map((_, i) => toHex(tree.root(i + 1)))).toEqual(ROOTS);
  expect(toHex(tree.root(0))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("the proofs are those of the example in RFC 6962, section 2.1.3", () => {
  const [a, b, c, d, e, f, j] = leaves as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const [g, h, i] = [nodeHash(a, b), nodeHash(c, d), nodeHash(e, f)];
  const [k, l] = [nodeHash(g, h), nodeHash(i, j)];
  const tree = treeOf([a, b, c, d, e, f, j]);
  expect(tree.root()).toEqual(nodeHash(k, l));
  expect([0, 3, 4, 6].map((index) => tree.inclusion(index))).toEqual([
    [b, h, l],
    [c, g, l],
    [f, j, k],
    [i, k],
  ]);
  expect([3, 4, 6].map((earlier) => tree.consistency(earlier))).toEqual([[c, d, g, l], [l], [i, j, k]]);
});

const sizes = fc.integer({ min: 0, max: 70 });

test("every leaf of every tree is proven, and every tree begins with every earlier one", () => {
  const tree = treeOf(numbered(70));
  fc.assert(
    fc.property(sizes, sizes, sizes, (x, y, z) => {
      const [index, earlier, size] = [x, y, z].toSorted((one, other) => one - other) as [number, number, number];
      if (index < size)
        expect(isIncluded(leafHash(Uint8Array.of(0, index)), index, head(tree, size), tree.inclusion(index, size))).toBe(true);
      expect(isConsistent(head(tree, earlier), head(tree, size), tree.consistency(earlier, size))).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test("a tree that grew one by one has the roots that it had", () => {
  const tree = new MerkleTree();
  const roots = numbered(40).map((leaf) => {
    tree.append(leaf);
    return tree.root();
  });
  expect(roots).toEqual(roots.map((_, i) => treeOf(numbered(i + 1)).root()));
  expect(roots).toEqual(roots.map((_, i) => tree.root(i + 1)));
});

test("nothing else is proven: another leaf, place, size, root or hash", () => {
  const tree = treeOf(numbered(70));
  const bit = fc.nat({ max: 255 });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 70 }), fc.nat(), fc.nat(), bit, (size, at, which, turned) => {
      const index = at % size;
      const proof = tree.inclusion(index, size);
      const leaf = leafHash(Uint8Array.of(0, index));
      const whole = head(tree, size);
      expect(isIncluded(flipped(leaf, turned), index, whole, proof)).toBe(false);
      expect(isIncluded(leaf, (index + 1) % size, whole, proof)).toBe(false);
      expect(isIncluded(leaf, index, { ...whole, root: flipped(whole.root, turned) }, proof)).toBe(false);
      const place = which % proof.length;
      expect(isIncluded(leaf, index, whole, proof.with(place, flipped(proof[place]!, turned)))).toBe(false);
      expect(isIncluded(leaf, index, whole, proof.slice(1))).toBe(false);
      expect(isIncluded(leaf, index, whole, [...proof, leaf])).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test("a tree that was altered, shortened or reordered begins with no earlier one, whatever proof is made up", () => {
  const before = numbered(33);
  const tree = treeOf(before);
  const altered = [
    treeOf(numbered(50).with(7, leafHash(Uint8Array.of(9, 9)))),
    treeOf(numbered(50).toSpliced(7, 1)),
    treeOf(numbered(50).toSpliced(7, 2, numbered(50)[8]!, numbered(50)[7]!)),
  ];
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 33 }), fc.integer({ min: 34, max: 49 }), fc.constantFrom(...altered), (earlier, later, other) => {
      const known = head(tree, earlier);
      const shown = head(other, later);
      expect(isConsistent(known, shown, other.consistency(earlier, later))).toBe(false);
      expect(isConsistent(known, shown, treeOf(numbered(50)).consistency(earlier, later))).toBe(false);
    }),
  );
  // An earlier size is no continuation, whichever root it has.
  expect(isConsistent(head(tree, 20), head(tree, 19), [])).toBe(false);
  expect(isConsistent(head(tree, 20), { size: 20, root: altered[0]!.root(20) }, [])).toBe(false);
});

test("a consistency proof with a hash turned, missing or too many does not hold", () => {
  const tree = treeOf(numbered(70));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 69 }), fc.nat(), fc.nat({ max: 255 }), (earlier, which, turned) => {
      const proof = tree.consistency(earlier, 70);
      const place = which % proof.length;
      const [known, later] = [head(tree, earlier), head(tree, 70)];
      for (const other of [proof.with(place, flipped(proof[place]!, turned)), proof.toSpliced(place, 1), [...proof, proof[0]!]])
        expect(isConsistent(known, later, other)).toBe(false);
    }),
  );
});

test("anything at all is a proof or is none, in bounded time", () => {
  const hashes = fc.array(fc.uint8Array({ maxLength: 33 }), { maxLength: 5 });
  const number = fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger());
  const root = sha256(new Uint8Array(1));
  fc.assert(fc.property(number, number, hashes, (index, size, proof) => !isIncluded(root, index, { size, root }, proof)));
  fc.assert(fc.property(number, number, hashes, (a, b, proof) => !isConsistent({ size: a, root }, { size: b, root: sha256(root) }, proof)));
  const long = Array.from({ length: MAX_PROOF_HASHES + 1 }, () => root);
  expect(isIncluded(root, 0, { size: 1, root }, long)).toBe(false);
  expect(isConsistent({ size: 1, root }, { size: 2, root }, long)).toBe(false);
});

test("what the tree can't answer is a RangeError", () => {
  const tree = treeOf(numbered(5));
  for (const wrong of [() => tree.root(6), () => tree.inclusion(5), () => tree.inclusion(-1, 5), () => tree.inclusion(3, 3)])
    expect(wrong).toThrow(RangeError);
  for (const wrong of [() => tree.consistency(6), () => tree.consistency(4, 3), () => tree.append(new Uint8Array(31))])
    expect(wrong).toThrow(RangeError);
});
