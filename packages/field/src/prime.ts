/** The prime of the field, 2³¹ − 1 (a Mersenne prime, ≡ 3 mod 4). Elements are the integers 0 … P − 1. */
export const P = 0x7fffffff;

/** a + b mod P, for elements a and b. */
export function add(a: number, b: number): number {
  const sum = a + b;
  return sum >= P ? sum - P : sum;
}

/** a − b mod P, for elements a and b. */
export function sub(a: number, b: number): number {
  return a >= b ? a - b : a - b + P;
}

/**
 * a · b mod P, for elements a and b. The product has up to 62 bits: b is split at bit 16 and the high half
 * folded by 2³¹ ≡ 1, so every intermediate number is an exact double below 2⁴⁹.
 */
export function mul(a: number, b: number): number {
  const high = a * (b >>> 16);
  const low15 = high & 0x7fff;
  return fold((high - low15) / 0x8000 + low15 * 0x10000 + a * (b & 0xffff));
}

/** x mod P, for an integer 0 ≤ x < 2⁵³. */
export function fold(x: number): number {
  const low = x & P;
  const folded = low + (x - low) / 0x80000000;
  return folded >= P ? reduceOnce(folded) : folded;
}

function reduceOnce(x: number): number {
  const rest = x - P;
  return rest >= P ? rest - P : rest;
}

/** The element that any integer −2⁵³ < x < 2⁵³ stands for. */
export function fromInteger(x: number): number {
  const rest = x % P;
  return rest < 0 ? rest + P : rest + 0;
}

/** base^exponent mod P, for an integer 0 ≤ exponent < 2³¹. */
export function pow(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, rest = exponent; rest > 0; rest >>>= 1, square = mul(square, square)) {
    if (rest & 1) result = mul(result, square);
  }
  return result;
}

/** The multiplicative inverse. Throws a RangeError for 0. */
export function inverse(a: number): number {
  if (a === 0) throw new RangeError("0 has no inverse");
  return pow(a, P - 2);
}

/**
 * A square root of a, or null when there is none. Because P ≡ 3 mod 4, a^((P+1)/4) = a^(2²⁹) is one when one
 * exists; of the two roots the smaller is given, so that everybody takes the same.
 */
export function squareRoot(a: number): number | null {
  let root = a;
  for (let i = 0; i < 29; i++) root = mul(root, root);
  if (mul(root, root) !== a) return null;
  return root > P - root ? P - root : root;
}
