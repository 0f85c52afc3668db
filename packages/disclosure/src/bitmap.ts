/** A set of a centre's own patients by their numbers: bit n % 32 of word ⌊n / 32⌋. Words past the end are 0. */
export type Bitmap = Uint32Array;

/** The bitmap of some patient numbers. */
export function bitmapOf(numbers: Iterable<number>): Bitmap {
  const all = [...numbers];
  const bitmap = new Uint32Array(all.length === 0 ? 0 : (all.reduce((most, number) => Math.max(most, number)) >>> 5) + 1);
  for (const number of all) bitmap[number >>> 5]! |= 1 << (number & 31);
  return bitmap;
}

/** The patients who are in one of two sets only. */
export function inEither(one: Bitmap, other: Bitmap): Bitmap {
  return Uint32Array.from({ length: Math.max(one.length, other.length) }, (_, word) => (one[word] ?? 0) ^ (other[word] ?? 0));
}

/** How many patients are in one of two sets only, counted up to `most`: more are not told apart from `most`. */
export function differenceOf(one: Bitmap, other: Bitmap, most: number): number {
  let count = 0;
  const length = Math.max(one.length, other.length);
  for (let word = 0; word < length && count < most; word++) count += bitsIn((one[word] ?? 0) ^ (other[word] ?? 0));
  return Math.min(count, most);
}

/** Bits set in a word (Warren, "Hacker's Delight", 2nd edition, 5–1). */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
