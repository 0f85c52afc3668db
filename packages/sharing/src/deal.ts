import { fold, type Random, randomVector, randomWideVector, WIDE_P } from "@tutti/field";

/** Elements that are worked on together: their polynomials stay near the processor. */
const CHUNK = 512;

/**
 * Shares every secret with a fresh random polynomial of the given degree, secret + Σ rₖ · C(x, k): C the binomial coefficient, rₖ the draw's k-th run of
 * elements. Its differences lead from one point to the next by additions alone, which stay below 2⁴⁷ up to x = 15.
 * @param degree at most 10
 * @param holders at most 15
 * @returns one vector a holder; element j of vector i is the value at i + 1 of the polynomial of secret j.
 */
export function deal(secrets: Uint32Array, degree: number, holders: number, random: Random): Uint32Array[] {
  const length = secrets.length;
  const drawn = randomVector(length * degree, random);
  const rows = [secrets, ...Array.from({ length: degree }, (_, k) => drawn.subarray(k * length, (k + 1) * length))];
  const dealt = Array.from({ length: holders }, () => new Uint32Array(length));
  const differences = rows.map(() => new Float64Array(Math.min(CHUNK, length)));
  for (let from = 0; from < length; from += CHUNK) {
    const to = Math.min(from + CHUNK, length);
    differences.forEach((difference, k) => difference.set(rows[k]!.subarray(from, to)));
    for (const shares of dealt) {
      for (let k = 0; k < degree; k++) addTo(differences[k]!, differences[k + 1]!);
      foldInto(shares.subarray(from, to), differences[0]!);
    }
  }
  return dealt;
}

/** The same for wide secrets. */
export function dealWide(secrets: BigUint64Array, degree: number, holders: number, random: Random): BigUint64Array[] {
  const length = secrets.length;
  const drawn = randomWideVector(length * degree, random);
  const differences = Array.from(secrets, (secret, j) => [secret, ...Array.from({ length: degree }, (_, k) => drawn[k * length + j]!)]);
  return Array.from({ length: holders }, () =>
    BigUint64Array.from(differences, (difference) => {
      for (let k = 0; k < degree; k++) difference[k] = (difference[k]! + difference[k + 1]!) % WIDE_P;
      return difference[0]!;
    }),
  );
}

function addTo(target: Float64Array, source: Float64Array): void {
  for (let j = 0; j < target.length; j++) target[j]! += source[j]!;
}

function foldInto(target: Uint32Array, source: Float64Array): void {
  for (let j = 0; j < target.length; j++) target[j] = fold(source[j]!);
}
