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
 * The w with w² · a = 1 that is a square itself, or null when a is 0 or not a square. Because P ≡ 3 mod 4 it is one power,
 * a^(2²⁹ − 1), and of the two inverse roots ±w exactly one is a square, so that everybody takes the same.
 */
export function inverseSquareRoot(a: number): number | null {
  // powers a^(2ᵏ − 1): raising one to 2ʲ and multiplying by that of j gives that of k + j
  const two = mul(squared(a, 1), a);
  const four = mul(squared(two, 2), two);
  const eight = mul(squared(four, 4), four);
  const sixteen = mul(squared(eight, 8), eight);
  const twentyEight = mul(squared(mul(squared(sixteen, 8), eight), 4), four);
  const root = mul(squared(twentyEight, 1), a);
  return mul(mul(root, root), a) === 1 ? root : null;
}

function squared(a: number, times: number): number {
  let power = a;
  for (let i = 0; i < times; i++) power = mul(power, power);
  return power;
}
