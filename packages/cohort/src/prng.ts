/** A stream of pseudo-random numbers for synthetic data; predictable, so never for keys or shares. */
export interface Prng {
  /** A whole number in 0 … 2³² − 1. */
  word(): number;
  /** A number in [0, 1). */
  unit(): number;
  /** A whole number in 0 … count − 1; count in 1 … 2³². */
  below(count: number): number;
}

/**
 * The stream that belongs to a seed and a path of whole numbers; other paths give unrelated streams.
 * xoshiro128** (Blackman and Vigna, 2018), its state filled by a mixing of the seed.
 */
export function prng(seed: number, ...path: readonly number[]): Prng {
  let mixed = path.reduce((state, step) => mix(state ^ mix(step + 0x9e3779b9)), mix(seed));
  const next = (): number => (mixed = mix(mixed + 0x9e3779b9));
  let [a, b, c, d] = [next(), next(), next(), next() | 1];
  const word = (): number => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return scrambled;
  };
  return { word, unit: () => word() / 2 ** 32, below: (count) => Math.floor((word() / 2 ** 32) * count) };
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** The finaliser of MurmurHash3 on 32 bits. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
