import { fold, type Random, randomVector, randomWideVector, WIDE_P } from "@tutti/field";

/** Folding is needed only when doubles would pass 2⁵³: a step multiplies by at most 15 < 2⁴. */
const STEPS_BETWEEN_FOLDS = 5;

/**
 * Shares every secret with a fresh random polynomial of the given degree.
 * @returns one vector a holder; element j of vector i is the value at i + 1 of the polynomial of secret j.
 */
export function deal(secrets: Uint32Array, degree: number, holders: number, random: Random): Uint32Array[] {
  const length = secrets.length;
  const coefficients = randomVector(length * degree, random);
  return Array.from({ length: holders }, (_, holder) => {
    const point = holder + 1;
    const shares = new Uint32Array(length);
    for (let j = 0; j < length; j++) {
      let value = 0;
      for (let k = 0; k < degree; k++) {
        value = (value + coefficients[k * length + j]!) * point;
        if (k % STEPS_BETWEEN_FOLDS === STEPS_BETWEEN_FOLDS - 1) value = fold(value);
      }
      shares[j] = fold(value + secrets[j]!);
    }
    return shares;
  });
}

/** The same for wide secrets. */
export function dealWide(secrets: BigUint64Array, degree: number, holders: number, random: Random): BigUint64Array[] {
  const length = secrets.length;
  const coefficients = randomWideVector(length * degree, random);
  return Array.from({ length: holders }, (_, holder) => {
    const point = BigInt(holder + 1);
    return secrets.map((secret, j) => {
      let value = 0n;
      for (let k = 0; k < degree; k++) value = ((value + coefficients[k * length + j]!) * point) % WIDE_P;
      return (value + secret) % WIDE_P;
    });
  });
}
