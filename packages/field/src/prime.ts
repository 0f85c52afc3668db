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
 * a · b mod P, for elements a and b. The product has up to 62 bits: a · b = high · 2³¹ + low. `Math.imul` gives low exactly; the double product
 * is off by at most 2⁹, so that high is the nearest integer to (a · b − low) / 2³¹. The two halves are added, since 2³¹ ≡ 1.
 */
export function mul(a: number, b: number): number {
  const low = Math.imul(a, b) & P;
  const high = ((a * b - low) * TO_HIGH + 0.5) | 0;
  const sum = (high - P + low) | 0;
  return (sum + (P & (sum >> 31))) | 0;
}

/** 2⁻³¹ */
const TO_HIGH = 1 / 0x80000000;

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
