import { expect, test } from "vitest";
import { sha256 } from "./digest.ts";
import { toHex } from "./hex.ts";
import { readPassphrase } from "./passphrase.ts";
import { isSealedFile, sealedFile, unsealedFile } from "./sealed-file.ts";

const passphrase = readPassphrase("correct horse battery");
const random = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(7);
const PIECE = 1_048_576;
const OVERHEAD = 16;
/** Two pieces and a bit. */
const content = Uint8Array.from({ length: 2 * PIECE + 5 }, (_, i) => i % 251);
const whole = (pieces: Iterable<Uint8Array>): Uint8Array => {
  const all = [...pieces];
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of all) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};
const hex = (bytes: Uint8Array): string => toHex(sha256(bytes));
const file = whole(sealedFile([content.subarray(0, 3), content.subarray(3)], passphrase, random));
const bodyAt = file.indexOf(0x0a) + 1;

/** The file with pieces of its body put together anew. */
const rearranged = (...parts: readonly (readonly [from: number, to: number])[]): Uint8Array =>
  whole([file.subarray(0, bodyAt), ...parts.map(([from, to]) => file.subarray(bodyAt + from, bodyAt + to))]);
const [one, two, end] = [PIECE + OVERHEAD, 2 * (PIECE + OVERHEAD), file.length - bodyAt];

test("what was sealed opens with its passphrase, however the bytes arrive", () => {
  const chunks = Array.from({ length: Math.ceil(file.length / 99_991) }, (_, i) => file.subarray(i * 99_991, (i + 1) * 99_991));
  expect(hex(whole(unsealedFile(chunks, passphrase)))).toBe(hex(content));
  expect(file.length).toBe(bodyAt + content.length + 3 * OVERHEAD);
  expect([isSealedFile(file.subarray(0, 1_024)), isSealedFile(content), isSealedFile(new Uint8Array(0))]).toEqual([true, false, false]);
});

test.each<[string, Uint8Array]>([
  ["an altered byte", file.with(bodyAt + 7, file[bodyAt + 7]! ^ 1)],
  ["an altered last byte", file.with(file.length - 1, file.at(-1)! ^ 1)],
  ["a piece left out", rearranged([0, one], [two, end])],
  ["two pieces that changed places", rearranged([one, two], [0, one], [two, end])],
  ["its last piece cut off", rearranged([0, two])],
  ["something behind it", whole([file, Uint8Array.of(1)])],
  ["nothing behind its first line", file.subarray(0, bodyAt)],
])("with %s it is damaged", (_, altered) => {
  expect(() => whole(unsealedFile([altered], passphrase))).toThrow(RangeError);
});

test("another passphrase, or no such file, is said", () => {
  expect(() => whole(unsealedFile([file], readPassphrase("correct horse batterz")))).toThrow("does not open it");
  expect(() => whole(unsealedFile([content], passphrase))).toThrow("not under a passphrase");
});

test("an empty file is one empty piece", () => {
  const empty = whole(sealedFile([], passphrase, random));
  expect(whole(unsealedFile([empty], passphrase))).toHaveLength(0);
});
